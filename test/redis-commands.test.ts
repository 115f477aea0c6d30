import { expect, onTestFinished, test } from 'vitest';
import { answer, openCommands } from './support/redis-commands.ts';
import { startSingle } from './support/redis-single.ts';

test.each(['standalone', 'sentinel', 'cluster'] as const)(
  'commands fail soon while Redis hangs or is gone, and work again: %s',
  async (mode) => {
    const setup = await startSingle(mode);
    onTestFinished(() => setup[Symbol.asyncDispose]());
    const commands = openCommands(setup.settings);
    const increment = () => answer(commands.incr('key'));
    await expect.poll(increment).toBe(1);

    setup.master.signal('SIGSTOP');
    const started = performance.now();
    expect(await increment()).toEqual(expect.stringMatching(/timed out/));
    expect(performance.now() - started).toBeLessThan(1_500);
    // Until it knows: then at once.
    await expect
      .poll(async () => {
        const asked = performance.now();
        await increment();
        return performance.now() - asked;
      })
      .toBeLessThan(50);
    setup.master.signal('SIGCONT');
    await expect.poll(() => answer(commands.get('key'))).toMatch(/^\d+$/);

    await setup.master.kill();
    await expect.poll(increment).toEqual(expect.any(String));
    const asked = performance.now();
    expect(await increment()).toEqual(expect.any(String));
    expect(performance.now() - asked).toBeLessThan(1_500);
  },
);

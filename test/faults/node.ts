import type { Bus } from '../../src/bus/bus.ts';
import { serve } from '../../src/serve.ts';

/** What `SABOTAGE` may say: the guarantees that a test switches off to see whether the checker notices. */
export type Sabotage = 'none' | 'no-repair';

/** A node as in production, with a failpoint: after SIGUSR2 it dies right after its next COMMIT, before the PUBLISH. */
let armed = false;
process.on('SIGUSR2', () => (armed = true));

const sabotage = process.env['SABOTAGE'] as Sabotage;
// Losing some messages of the bus in silence, so that there is something to repair.
const loses = sabotage === 'no-repair';

await serve({
  wrapBus: (bus) =>
    Object.assign(Object.create(bus) as Bus, {
      publish(channel: string, payload: Buffer): void {
        if (channel.startsWith('conversation:')) {
          if (armed) process.kill(process.pid, 'SIGKILL');
          if (loses && Math.random() < 0.02) return;
        }
        bus.publish(channel, payload);
      },
    }),
  ...(sabotage === 'no-repair' ? { wrapReadChanges: () => () => Promise.resolve([]) } : {}),
});

import type { Bus } from '../../src/bus/bus.ts';
import { serve } from '../../src/serve.ts';

/** What `SABOTAGE` may say. */
export type Sabotage = 'none' | 'lossy' | 'no-repair';

/**
 * A node as in production, with a failpoint: after SIGUSR2 it dies right after its next COMMIT, before the PUBLISH. With
 * `CRASH_AFTER`, that of a change whose type begins so.
 */
let armed = false;
process.on('SIGUSR2', () => (armed = true));

const crashAfter = `"type":"${process.env['CRASH_AFTER'] ?? ''}`;

const sabotage = process.env['SABOTAGE'] as Sabotage;
/** `lossy`: some messages never reach the bus, in silence. `no-repair`: and nobody reads them from PostgreSQL. */
const loses = sabotage !== 'none';

await serve({
  wrapBus: (bus) =>
    Object.assign(Object.create(bus) as Bus, {
      publish(channel: string, payload: string): void {
        if (channel.startsWith('conversation:')) {
          if (armed && payload.includes(crashAfter)) process.kill(process.pid, 'SIGKILL');
          if (loses && Math.random() < 0.02) return;
        }
        bus.publish(channel, payload);
      },
    }),
  ...(sabotage === 'no-repair' ? { wrapReadChanges: () => () => Promise.resolve([]) } : {}),
});

/** Workers that die while they tell, as machines do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { until } from './faults/services.ts';
import { play, stage, verdict } from './support/push-faults.ts';

/** The finale takes a minute, until what the dead have claimed is somebody else's. */
const ROUNDS = process.env['FAULTS'] === 'all' ? 3 : 1;

test('workers are killed at any time, and when a push was taken, before and after that is answered: all are told, none twice, none of what was read', async () => {
  const made = await stage();
  const { fcm } = made;
  let kills = 0;
  /** @param arm has it called when the moment has come: at once they are dead, whichever of them has the claim */
  const killWhen = async (arm: (kill: () => void) => void): Promise<void> => {
    const restarts: Promise<void>[] = [];
    arm(() => {
      if (restarts.length === 0) restarts.push(made.killWorker(0), made.killWorker(1));
    });
    await until('the moment', () => restarts.length > 0);
    kills += restarts.length;
    await Promise.all(restarts);
  };
  const { onTaken } = fcm;
  // The worker has a claim, and does not know.
  const killWhenTaken = async (): Promise<void> => {
    await killWhen((kill) => {
      fcm.onTaken = (push) => {
        onTaken?.(push);
        kill();
      };
    });
    fcm.onTaken = onTaken;
  };
  const killWhenAnswered = async (): Promise<void> => {
    await killWhen((kill) => {
      fcm.onAnswered = kill;
    });
    fcm.onAnswered = undefined;
  };
  const threads = await play(
    made,
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await killWhenTaken();
        await killWhenAnswered();
        await sleep(Math.random() * 2_000);
        await made.killWorker(round % 2);
        kills += 1;
      }
    },
    // What is told again now has nothing new in it: a device must know it by its id.
    killWhenTaken,
  );
  expect(kills).toBe(ROUNDS * 5 + 2);
  expect(await verdict(made, threads)).toEqual([]);
  expect(made.arrivals.length).toBeGreaterThan(
    new Set(made.arrivals.map(({ pushId }) => pushId)).size,
  );
}, 300_000);

/** What workers stand on is away, while they tell. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { until } from './faults/services.ts';
import { Chat } from './support/chat.ts';
import { addDevice } from './support/push-worker.ts';
import { CHATS, play, readAll, stage, startThread, verdict } from './support/push-faults.ts';

/** How long the push service is away. */
const AWAY_MS = process.env['FAULTS'] === 'all' ? 60_000 : 6_000;

test('the push service is away, then overloaded; PostgreSQL crashes and restarts; Redis restarts: the same', async () => {
  const made = await stage();
  const { fcm, postgres, redis } = made;
  const threads = await play(
    made,
    async () => {
      await fcm.stop();
      await sleep(AWAY_MS);
      await fcm.startAgain();
      fcm.failNext({ status: 503, retryAfter: '2' }, 40);
      await sleep(6_000);
      fcm.stopFailing();
      fcm.failNext({ reset: true }, 5);
      await sleep(3_000);
      await postgres.restart('SIGQUIT', 1_500);
      await sleep(3_000);
      await redis.restart(1_500);
      await sleep(2_000);
      await postgres.restart('SIGINT', 500);
      await sleep(3_000);
      await fcm.stop();
    },
    async (all) => {
      // All have been tried by now, and nobody was told. Half of them read it themselves.
      await sleep(4_000);
      const readers = all.filter((_, i) => i % 2 === 0);
      await Promise.all(readers.map((one) => readAll(one, one.sent.at(-1)?.id ?? '')));
      await made.killWorker(0);
      await fcm.startAgain();
    },
  );
  expect(await verdict(made, threads)).toEqual([]);
  // Those who have not read it themselves; on a busy machine there may have been no time for more.
  expect(made.arrivals.length).toBeGreaterThanOrEqual(CHATS / 2);
}, 300_000);

test('a push service that does not answer holds up nobody who has another', async () => {
  const made = await stage();
  const { fcm, web, nodes } = made;
  fcm.failNext({ hang: true }, 10_000);
  const stuck = await Promise.all(Array.from({ length: 20 }, () => startThread(made)));
  const chat = await Chat.create(nodes);
  const browser = web.subscribe();
  await addDevice(nodes.databaseUrl, chat.seller.id, browser);
  for (let n = 1; n <= 8; n += 1) {
    await Promise.all(stuck.map((one) => one.chat.send(one.chat.buyer, `message ${n}`)));
    const { id } = await chat.send(chat.buyer, `message ${n}`);
    const sentAt = Date.now();
    await until('the browser to be told', () => web.alerts(browser) === n);
    expect(Date.now() - sentAt).toBeLessThan(5_000);
    await chat.call(chat.seller, 'POST', '/read', { messageId: id });
  }
  expect(made.arrivals).toEqual([]);
  fcm.stopFailing();
  await until('all others to be told', () =>
    stuck.every(({ token }) => made.arrivals.some((one) => one.token === token)),
  );
}, 180_000);

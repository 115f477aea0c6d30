import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Chat, twoNodes } from './support/chat.ts';
import { type Client, connect } from './support/client.ts';
import { scrape } from './support/metrics.ts';
import { nodeForTest } from './support/node-process.ts';
import { GRACE_MS, SOON_MS, close, offline, online, told } from './support/presence.ts';
import { query } from './support/query.ts';
import { ownRedis } from './support/redis.ts';

const nodes = twoNodes();

test('with a node that is killed its users are offline soon, and written as seen by another', async () => {
  // Of all nodes on a Redis one writes: it must be one of this database.
  const redis = await ownRedis();
  onTestFinished(() => redis.stop());
  const env = { ...nodes.env, REDIS_URL: redis.url };
  const [first, second] = [await nodeForTest(env), await nodeForTest(env)];
  const doomed = await nodeForTest(env);
  const chat = await Chat.create(nodes);
  const buyer = await connect(first.wsUrl, chat.buyer);
  await connect(doomed.wsUrl, chat.seller);
  await online(buyer, chat.seller);
  await query(nodes.databaseUrl, "UPDATE users SET last_seen_at = '2020-01-01' WHERE id = $1", [
    chat.seller.id,
  ]);
  const before = Date.now();
  doomed.kill('SIGKILL');
  const gone = await offline(buyer, chat.seller);
  expect(Date.now() - before).toBeLessThan(12_000);
  const seen = Date.parse(gone['lastSeenAt'] as string) - before;
  expect(seen).toBeGreaterThan(-1_000);
  expect(seen).toBeLessThan(6_000);
  // The nodes miss it each in its own second.
  const shown = async () => (await chat.state(chat.buyer, second)).presence;
  await expect.poll(async () => (await shown()).online).toBe(false);
  await expect
    .poll(async () => Date.parse((await shown()).lastSeenAt))
    .toBeGreaterThan(before - 1_000);
});

test('whoever goes to another node while one drains has never been away', async () => {
  const chat = await Chat.create(nodes);
  const draining = await nodeForTest({ ...nodes.env, DRAIN_SECONDS: '1' });
  const buyer = await connect(nodes.first.wsUrl, chat.buyer);
  const seller = await connect(draining.wsUrl, chat.seller);
  await online(buyer, chat.seller);
  draining.kill('SIGTERM');
  expect((await seller.closed)[0]).toBe(1012);
  await connect(nodes.second.wsUrl, chat.seller);
  expect(await draining.exited).toBe(0);
  await sleep(GRACE_MS + SOON_MS);
  expect(told(buyer, chat.seller)).toEqual([true]);
});

test('a node that is stopped and goes on takes its users along', async () => {
  const chat = await Chat.create(nodes);
  const stopped = await nodeForTest(nodes.env);
  const buyer = await connect(nodes.first.wsUrl, chat.buyer);
  const seller = await connect(stopped.wsUrl, chat.seller);
  await online(buyer, chat.seller);
  await online(seller, chat.buyer);
  stopped.kill('SIGSTOP');
  await expect.poll(() => told(buyer, chat.seller), { timeout: 15_000 }).toEqual([true, false]);
  stopped.kill('SIGCONT');
  await expect.poll(() => told(buyer, chat.seller)).toEqual([true, false, true]);
  await sleep(GRACE_MS + SOON_MS);
  expect(told(buyer, chat.seller)).toEqual([true, false, true]);
  // Those who were online all the while.
  expect(told(seller, chat.buyer)).not.toContain(false);
});

test('when Redis comes back empty, all is right again', async () => {
  const redis = await ownRedis();
  onTestFinished(() => redis.stop());
  const env = { ...nodes.env, REDIS_URL: redis.url };
  const [first, second] = [await nodeForTest(env), await nodeForTest(env)];
  const [stays, goes, comes, hides] = [
    await Chat.create(nodes),
    await Chat.create(nodes),
    await Chat.create(nodes),
    await Chat.create(nodes),
  ];
  const watching: Client[] = [];
  for (const chat of [stays, goes, comes, hides])
    watching.push(await connect(first.wsUrl, chat.buyer));
  await connect(second.wsUrl, stays.seller);
  await connect(second.wsUrl, hides.seller);
  const leaving = await connect(second.wsUrl, goes.seller);
  await online(watching[0]!, stays.seller);
  await online(watching[1]!, goes.seller);
  await online(watching[3]!, hides.seller);
  await redis.kill();
  await close(leaving);
  await connect(second.wsUrl, comes.seller);
  await sleep(GRACE_MS);
  // Word of it reaches nobody.
  await query(nodes.databaseUrl, 'UPDATE users SET hides_presence = true WHERE id = $1', [
    hides.seller.id,
  ]);
  // Nothing is concluded meanwhile.
  expect(told(watching[1]!, goes.seller)).toEqual([true]);
  await redis.restart(0);
  await online(watching[2]!, comes.seller);
  await offline(watching[1]!, goes.seller);
  expect((await offline(watching[3]!, hides.seller))['lastSeenAt']).toBeNull();
  await sleep(GRACE_MS + SOON_MS);
  expect(told(watching[0]!, stays.seller)).toEqual([true]);
  expect(told(watching[1]!, goes.seller)).toEqual([true, false]);
  expect((await scrape(first.url)).value('parley_presence_users')).toBe(6);
});

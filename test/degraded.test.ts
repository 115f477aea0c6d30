import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { type User, connect, newConversation, newUser, rest } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { scrape } from './support/metrics.ts';
import { query } from './support/query.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { startProxy } from './support/proxy.ts';

let databaseUrl: string;
let buyer: User;
let seller: User;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  [buyer, seller] = [await newUser(), await newUser()];
});

/** A node that reaches its services by ways of its own. */
async function fragileNode() {
  const [redis, postgres] = [await startProxy(inject('redisUrl')), await startProxy(databaseUrl)];
  onTestFinished(() => redis[Symbol.asyncDispose]());
  onTestFinished(() => postgres[Symbol.asyncDispose]());
  const node = await nodeForTest({ ...clusterEnv(postgres.url), REDIS_URL: redis.url });
  return { ...node, redis, postgres };
}

const ready = async (url: string) => {
  const { status, body } = await rest(url, undefined, 'GET', '/readyz');
  return { status, body };
};

const metric = async (url: string, name: string): Promise<number> =>
  (await scrape(url)).value(name);

describe.each(['close', 'freeze'] as const)('Redis away (%s)', (how) => {
  test('the node stays ready, says so, and chat goes on, on it and between nodes', async () => {
    const [node, other] = [await fragileNode(), await nodeForTest(clusterEnv(databaseUrl))];
    expect(await ready(node.url)).toEqual({ status: 200, body: { status: 'ok' } });
    const id = await newConversation(node.url, buyer, seller);
    const here = await connect(node.wsUrl, buyer);
    const there = await connect(other.wsUrl, seller);

    node.redis[how]();
    await expect
      .poll(() => ready(node.url), { timeout: 10_000 })
      .toEqual({ status: 200, body: { status: 'ok', degraded: ['redis'] } });
    expect(await metric(node.url, 'parley_bus_connected')).toBe(0);
    // Who comes now is served too.
    const late = await connect(node.wsUrl, seller);

    const started = performance.now();
    here.send({ type: 'send_message', conversationId: id, content: 'away' });
    await here.next('new_message');
    await late.next('new_message');
    expect(performance.now() - started).toBeLessThan(500);
    await there.next('new_message');
    there.send({ type: 'send_message', conversationId: id, content: 'seen' });
    await here.next('new_message', (frame) => frame['seq'] === 2);
    // Of the other node's changes a poll brings word once a second; of ours, its sweep.
    expect(performance.now() - started).toBeLessThan(15_000);

    node.redis.open();
    await expect
      .poll(() => ready(node.url), { timeout: 10_000 })
      .toEqual({ status: 200, body: { status: 'ok' } });
    expect(await metric(node.url, 'parley_bus_connected')).toBe(1);
    there.send({ type: 'send_message', conversationId: id, content: 'back' });
    for (const client of [here, there, late]) {
      await client.next('new_message', (frame) => frame['seq'] === 3);
      const seqs = client.frames.filter((frame) => frame.type === 'new_message');
      expect(seqs.map((frame) => frame['seq'])).toEqual([1, 2, 3]);
    }
  });
});

describe.each(['close', 'freeze'] as const)('PostgreSQL away (%s)', (how) => {
  test('sends are refused, sockets stay, and all goes on by itself', async () => {
    const node = await fragileNode();
    const id = await newConversation(node.url, buyer, seller);
    const client = await connect(node.wsUrl, buyer);
    node.postgres[how]();
    await expect.poll(async () => (await ready(node.url)).status, { timeout: 10_000 }).toBe(503);
    const started = performance.now();
    const clientMessageId = randomUUID();
    const send = { type: 'send_message', conversationId: id, content: 'x', clientMessageId };
    client.send(send);
    const refused = await client.next('error');
    expect(performance.now() - started).toBeLessThan(9_000);
    expect(refused).toMatchObject({
      error: 'temporarily unavailable, retry',
      code: 'unavailable',
      request: 'send_message',
      clientMessageId,
      retryAfterMs: 1_000,
    });
    node.postgres.open();
    await expect.poll(async () => (await ready(node.url)).status, { timeout: 15_000 }).toBe(200);
    client.send(send);
    await client.next('message_ack');
    expect(await client.next('new_message')).toMatchObject({ seq: 1 });
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });
});

test('what nobody published is found within 15 s: a message, and a whole conversation', async () => {
  const node = await nodeForTest(clusterEnv(databaseUrl));
  const client = await connect(node.wsUrl, seller);
  // As a node leaves it that dies right after its COMMIT.
  const id = randomUUID();
  await query(
    databaseUrl,
    'INSERT INTO conversations (id, listing_id, buyer_id, seller_id) VALUES ($1, $2, $3, $4)',
    [id, 2_000_000_001, buyer.id, seller.id],
  );
  expect(await client.next('conversation_created')).toMatchObject({ conversation: { id } });
  await query(
    databaseUrl,
    `WITH made AS (
       INSERT INTO messages (id, conversation_id, sender_id, content, created_at, seq)
       VALUES (gen_random_uuid(), $1, $2, 'found', date_trunc('milliseconds', clock_timestamp()), 1)
     )
     UPDATE conversations SET seq = 1, buyer_sent = 1, changed_at = clock_timestamp() WHERE id = $1`,
    [id, buyer.id],
  );
  expect(await client.next('new_message')).toMatchObject({
    conversationId: id,
    seq: 1,
    message: { content: 'found' },
  });
  expect(await metric(node.url, 'parley_repaired_changes_total')).toBe(1);
});

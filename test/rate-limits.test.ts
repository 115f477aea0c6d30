import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { MESSAGES as RATE } from '../src/limits/rates.ts';
import { chargeInRedis } from '../src/limits/shared-limit.ts';
import { type Client, type Frame, connect, rest } from './support/client.ts';
import { freshCluster, limitedCount } from './support/fresh-cluster.ts';

// The numbers of docs/protocol.md.
const MESSAGES = { burst: 50, perSecond: 10, onAllNodes: 160, windowS: 10 };

const isError = ({ type }: Frame): boolean => type === 'error';
const answers = (client: Client): Frame[] =>
  client.frames.filter(({ type }) => type === 'message_ack' || type === 'error');
const acks = (client: Client): Frame[] =>
  client.frames.filter(({ type }) => type === 'message_ack');

/** Sends these at once and waits for every answer. */
async function sendAll(client: Client, conversationId: string, keys: string[]): Promise<Frame[]> {
  const before = answers(client).length;
  for (const clientMessageId of keys) {
    const content = `content of ${clientMessageId}`;
    client.send({ type: 'send_message', conversationId, content, clientMessageId });
  }
  const own = () =>
    answers(client)
      .slice(before)
      .filter((frame) => keys.includes(frame['clientMessageId'] as string));
  await expect.poll(() => own().length).toBe(keys.length);
  return own();
}

const keys = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}-${i}`);

/** Which message each acknowledgement speaks of. */
const byKey = (frames: Frame[]) =>
  Object.fromEntries(frames.map((ack) => [ack['clientMessageId'], [ack['seq'], ack['message']]]));
describe('messages', () => {
  test('a burst passes, in order; what is over it is refused, and passes after retryAfterMs', async () => {
    const { nodes, conversationId, buyer } = await freshCluster(1);
    const client = await connect(nodes[0].wsUrl, buyer);
    const started = performance.now();
    const sent = keys('a', MESSAGES.burst + 20);
    const answered = await sendAll(client, conversationId, sent);
    const elapsedS = (performance.now() - started) / 1_000;
    const accepted = answered.filter(({ type }) => type === 'message_ack');
    const refused = answered.filter(isError);
    expect(accepted.length).toBeGreaterThanOrEqual(MESSAGES.burst);
    expect(accepted.length).toBeLessThanOrEqual(MESSAGES.burst + elapsedS * MESSAGES.perSecond + 1);
    for (const error of refused) {
      expect(error).toMatchObject({
        code: 'rate_limited',
        error: 'too many messages',
        request: 'send_message',
        conversationId,
        clientMessageId: expect.stringMatching(/^a-/),
      });
      expect(error['retryAfterMs']).toBeGreaterThan(0);
      expect(error['retryAfterMs']).toBeLessThanOrEqual(1_000 / MESSAGES.perSecond);
    }
    expect(await limitedCount(nodes[0], 'messages')).toBe(refused.length);

    const last = refused.at(-1)!;
    await sleep(last['retryAfterMs'] as number);
    const [retried] = await sendAll(client, conversationId, [last['clientMessageId'] as string]);
    expect(retried).toMatchObject({ type: 'message_ack' });

    const path = `/api/conversations/${conversationId}/messages?limit=100`;
    // Nothing that was refused was stored, and the rest in the order it was sent.
    const stored = (await rest(nodes[0].url, buyer, 'GET', path)).body.messages.toReversed();
    const inOrder = accepted.map((ack) => ack['clientMessageId'] as string);
    expect(stored.map((message: Frame) => message['clientMessageId'])).toEqual([
      ...inOrder,
      last['clientMessageId'],
    ]);
    expect(inOrder).toEqual(sent.filter((key) => inOrder.includes(key)));
  });

  test('over the limit a repeat gets the original, on any socket and over REST; other content is refused', async () => {
    const { nodes, conversationId, buyer, seller } = await freshCluster(1);
    const node = nodes[0];
    const [client, watcher] = [await connect(node.wsUrl, buyer), await connect(node.wsUrl, seller)];
    const first = await sendAll(client, conversationId, keys('a', 30));
    const seen = await watcher.take('new_message', 30);
    await sendAll(client, conversationId, keys('b', 60));
    // Each of these is a repeat, and the limit is used up.
    const before = acks(client).length;
    const limited = await limitedCount(node, 'messages');
    const again = await sendAll(client, conversationId, keys('a', 30));
    expect(acks(client).length).toBe(before + 30);
    expect(await limitedCount(node, 'messages')).toBeGreaterThan(limited + 10);
    expect(byKey(again)).toEqual(byKey(first));
    const key = 'a-3';
    const path = `/api/conversations/${conversationId}/messages`;
    const body = { content: `content of ${key}`, clientMessageId: key };
    // As often as it takes to be over the limit each time.
    for (let i = 0; i < 20; i += 1) {
      const repeated = await rest(node.url, buyer, 'POST', path, body);
      expect(repeated.status).toBe(200);
      expect(repeated.body.message.id).toBe(first[3]!['message'].id);
    }
    const sending = sendAll(client, conversationId, keys('c', 60));
    const otherContent = { ...body, content: 'other' };
    client.send({ type: 'send_message', conversationId, ...otherContent });
    expect(await client.next('error', (frame) => frame['clientMessageId'] === key)).toMatchObject({
      code: 'rate_limited',
      error: 'too many messages',
    });
    await sending;
    // A repeat told nobody anything twice.
    await watcher.settle();
    const firstSeqs = seen.map((frame) => frame['seq'] as number);
    const allSeqs = watcher.frames
      .filter(({ type }) => type === 'new_message')
      .map((f) => f['seq']);
    expect(new Set(allSeqs).size).toBe(allSeqs.length);
    expect(allSeqs.slice(0, 30)).toEqual(firstSeqs);
  });

  test('over REST it is 429 with Retry-After', async () => {
    const { nodes, conversationId, buyer } = await freshCluster(1);
    const path = `/api/conversations/${conversationId}/messages`;
    const all = await Promise.all(
      keys('r', MESSAGES.burst + 20).map((content) =>
        rest(nodes[0].url, buyer, 'POST', path, { content }),
      ),
    );
    const refused = all.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(all.filter(({ status }) => status === 201).length).toBe(all.length - refused.length);
    expect(refused[0]!.headers.get('content-type')).toBe('application/problem+json');
    expect(refused[0]!.headers.get('retry-after')).toBe('1');
    expect(refused[0]!.body).toMatchObject({
      status: 429,
      code: 'rate_limited',
      detail: 'too many messages',
      retryAfterMs: expect.any(Number),
    });
  });

  test('nodes share it: who floods three of them is refused on all, and served again after that', async () => {
    const { nodes, conversationId, buyer } = await freshCluster(3);
    const clients = await Promise.all(nodes.map(({ wsUrl }) => connect(wsUrl, buyer)));
    const sendOnAll = (name: string, count: number): Promise<Frame[][]> =>
      Promise.all(
        clients.map((client, c) => sendAll(client, conversationId, keys(`${c}/${name}`, count))),
      );
    const waits = (): number[] =>
      clients.map((client) => Number(client.frames.findLast(isError)?.['retryAfterMs'] ?? 0));
    // A node's own bucket never says to wait for longer.
    const isShared = (): boolean => waits().every((wait) => wait > 1_000 / MESSAGES.perSecond);
    await sendOnAll('burst', MESSAGES.burst);
    // On each more than that node lets pass. They tell each other twice a second, and forget after 10 s.
    for (let second = 1; second < 8 && !isShared(); second += 1) {
      await sleep(1_000);
      await sendOnAll(`${second}`, MESSAGES.perSecond + 2);
    }
    expect(isShared()).toBe(true);
    const passed = clients.reduce((sum, client) => sum + acks(client).length, 0);
    expect(passed).toBeGreaterThanOrEqual(MESSAGES.onAllNodes);
    await sleep(500);
    // By itself each would let some of them pass.
    expect((await sendOnAll('more', 5)).flat().every(isError)).toBe(true);
    await sleep(Math.max(...waits()));
    expect((await sendOnAll('again', 1)).flat().some(isError)).toBe(false);
  });

  test('what nodes add up is refused beyond what all of them let pass', async () => {
    const redis = new Redis(inject('redisUrl'));
    onTestFinished(() => redis.disconnect());
    // It waits for nothing.
    await redis.ping();
    const charge = chargeInRedis(redis, 'messages', RATE);
    const user = randomUUID();
    expect(await charge(user, MESSAGES.onAllNodes - 1)).toBe(0);
    expect(await charge(user, 1)).toBe(0);
    const wait = await charge(user, 1);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(MESSAGES.windowS * 1_000);
    expect(await charge(randomUUID(), 1)).toBe(0);
  });

  test('while Redis is away each node limits by itself and all goes on; when it is back they share again', async () => {
    const { nodes, redis, conversationId, buyer } = await freshCluster(3);
    const clients = await Promise.all(nodes.map(({ wsUrl }) => connect(wsUrl, buyer)));
    redis.signal('SIGSTOP');
    onTestFinished(() => redis.signal('SIGCONT'));
    for (const [c, client] of clients.entries()) {
      const answered = await sendAll(
        client,
        conversationId,
        keys(`hung-${c}`, MESSAGES.burst + 30),
      );
      const refused = answered.filter(isError);
      expect(refused.length).toBeGreaterThan(0);
      for (const error of refused) {
        expect(error).toMatchObject({ code: 'rate_limited' });
        expect(error['retryAfterMs']).toBeLessThanOrEqual(1_000 / MESSAGES.perSecond);
      }
      await sleep(refused.at(-1)!['retryAfterMs'] as number);
      expect(await sendAll(client, conversationId, [`more-${c}`])).toMatchObject([
        { type: 'message_ack' },
      ]);
    }
    redis.signal('SIGCONT');
    await redis.restart(500);
    // Scripts are gone with the old process, and sent again.
    await expect
      .poll(
        async () => {
          const all = await Promise.all(
            clients.map((client) => sendAll(client, conversationId, keys(randomUUID(), 15))),
          );
          return Math.max(0, ...all.flat().map((frame) => (frame['retryAfterMs'] as number) ?? 0));
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBeGreaterThan(1_000 / MESSAGES.perSecond);
  }, 60_000);
});

test('RATE_LIMITS=off: none of it', async () => {
  const { nodes, conversationId, buyer } = await freshCluster(1, { RATE_LIMITS: 'off' });
  const { url, wsUrl } = nodes[0];
  const client = await connect(wsUrl, buyer);
  const answered = await sendAll(client, conversationId, keys('off', 500));
  expect(answered.every(({ type }) => type === 'message_ack')).toBe(true);
  const sockets: Client[] = [];
  for (let i = 0; i < 60; i += 1) sockets.push(await connect(wsUrl, buyer));
  for (const socket of sockets) await socket.settle();
  const requests = Array.from({ length: 300 }, () => rest(url, buyer, 'GET', '/api/conversations'));
  expect((await Promise.all(requests)).every(({ status }) => status === 200)).toBe(true);
});

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Answer, type User, newUser, rest } from './support/client.ts';
import { freshCluster } from './support/fresh-cluster.ts';
import type { NodeProcess } from './support/spawn-node.ts';
import { announce } from './support/upload.ts';

// The numbers of docs/protocol.md.
const REQUESTS = { burst: 100 };
const NEW_CONVERSATIONS = 60;

test('a user has 100 at once; then 429, and again after retryAfterMs; others are served', async () => {
  const { nodes, buyer, seller } = await freshCluster(1);
  const { url } = nodes[0];
  const get = (user: User): Promise<Answer> => rest(url, user, 'GET', '/api/conversations');
  const all = await Promise.all(Array.from({ length: 2 * REQUESTS.burst }, () => get(buyer)));
  const refused = all.filter(({ status }) => status === 429);
  expect(all.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(
    // One made the conversation.
    REQUESTS.burst - 1,
  );
  expect(refused.length).toBeGreaterThan(20);
  expect(refused[0]!.body).toMatchObject({ code: 'rate_limited', detail: 'too many requests' });
  expect((await get(seller)).status).toBe(200);
  await sleep(refused.at(-1)!.body.retryAfterMs as number);
  expect((await get(buyer)).status).toBe(200);
});

test('an address has 100 without a valid token; a valid one, and probes, are served all the same', async () => {
  const { nodes, buyer } = await freshCluster(1);
  const { url } = nodes[0];
  const forged = { id: randomUUID(), token: 'not.a.token' };
  const all = await Promise.all(
    Array.from({ length: 3 * REQUESTS.burst }, (_, i) =>
      i % 3 === 0
        ? rest(url, forged, 'GET', '/api/conversations')
        : rest(url, undefined, 'GET', i % 3 === 1 ? '/nowhere' : '/openapi.json'),
    ),
  );
  const statuses = all.map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 401, 404, 429]));
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(50);
  expect((await rest(url, buyer, 'GET', '/api/conversations')).status).toBe(200);
  const probes = await Promise.all(
    Array.from({ length: 150 }, (_, i) =>
      rest(url, undefined, 'GET', i % 2 === 0 ? '/healthz' : '/readyz'),
    ),
  );
  expect(new Set(probes.map(({ status }) => status))).toEqual(new Set([200]));
});

test('60 new conversations an hour, on all nodes together; asking for one that is there is free', async () => {
  const { nodes, seller } = await freshCluster(2);
  const user = await newUser();
  const create = (node: NodeProcess, listingId: number): Promise<Answer> =>
    rest(node.url, user, 'POST', '/api/conversations', { listingId, sellerId: seller.id });
  for (let i = 0; i < NEW_CONVERSATIONS; i += 1)
    expect((await create(nodes[i % 2]!, i)).status).toBe(201);
  for (const node of nodes) {
    const refused = await create(node, 1_000);
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({
      code: 'rate_limited',
      detail: 'too many new conversations',
    });
    expect(refused.body.retryAfterMs).toBeGreaterThan(3_000_000);
    expect(refused.body.retryAfterMs).toBeLessThanOrEqual(3_600_000);
    expect((await create(node, 7)).status).toBe(200);
  }
});

test('new conversations while Redis is away: each node counts by itself', async () => {
  const { nodes, redis, seller } = await freshCluster(1);
  const user = await newUser();
  await redis.stop();
  const statuses: number[] = [];
  for (let i = 0; i <= NEW_CONVERSATIONS; i += 1) {
    const body = { listingId: 5_000 + i, sellerId: seller.id };
    statuses.push((await rest(nodes[0].url, user, 'POST', '/api/conversations', body)).status);
  }
  expect(statuses).toEqual([...Array.from({ length: NEW_CONVERSATIONS }, () => 201), 429]);
});

test('300 files an hour, on all nodes together', async () => {
  const { nodes, buyer, conversationId } = await freshCluster(2);
  const file = { name: 'a.txt', contentType: 'text/plain', bytes: Buffer.from('a') };
  /** No faster than other requests may come. */
  const ask = async ({ url }: NodeProcess): Promise<Answer> => {
    for (;;) {
      const answer = await announce(url, buyer, conversationId, file);
      if (answer.body.detail !== 'too many requests') return answer;
      await sleep(answer.body.retryAfterMs);
    }
  };
  for (let i = 0; i < 300; i += 1) expect((await ask(nodes[i % 2]!)).status).toBe(201);
  for (const node of nodes) {
    const { status, body } = await ask(node);
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: 'rate_limited', detail: 'too many files' });
    expect(body.retryAfterMs).toBeGreaterThan(3_000_000);
  }
});

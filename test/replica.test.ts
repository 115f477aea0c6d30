import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { openDatabase } from '../src/db/pool.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import { PostgresServer } from './faults/services.ts';
import { type User, newConversation, newUser, rest } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest, startFailure } from './support/node-process.ts';
import { ownPostgres } from './support/own-postgres.ts';
import { PgBouncer } from './support/pgbouncer.ts';
import { startReplica } from './support/postgres-copy.ts';
import type { PostgresProcess } from './support/postgres-process.ts';
import { startProxy } from './support/proxy.ts';
import { calls, query } from './support/query.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';

const disposer = new Disposer();
/** As a superuser. */
let primaryUrl: string;
let replica: PostgresProcess;
let replicaUrl: string;
/** As the nodes use it: a role without privileges. */
let env: Record<string, string>;
let nodes: [NodeProcess, NodeProcess];
let buyer: User;
let seller: User;

const asApp = (url: string): string => {
  const app = new URL('/chat', url);
  app.username = app.password = 'app';
  return app.href;
};

beforeAll(async () => {
  const settings = ['fsync=off', 'shared_preload_libraries=pg_stat_statements'];
  const server = await ownPostgres(disposer, [...settings, 'wal_keep_size=256MB']);
  await query(server, `CREATE ROLE app LOGIN PASSWORD 'app'`);
  await query(server, 'CREATE DATABASE chat OWNER app');
  primaryUrl = new URL('/chat', server).href;
  await query(primaryUrl, 'CREATE EXTENSION pg_stat_statements');
  replica = await startReplica(primaryUrl, settings);
  replicaUrl = replica.url;
  disposer.defer(() => replica[Symbol.asyncDispose]());
  env = {
    ...clusterEnv(asApp(server)),
    DATABASE_REPLICA_URL: asApp(replicaUrl),
    RATE_LIMITS: 'off',
  };
  nodes = [await startNode(env), await startNode(env)];
  for (const node of nodes) {
    disposer.defer(() => node.exited);
    disposer.defer(() => node.kill('SIGKILL'));
  }
  [buyer, seller] = [await newUser(), await newUser()];
});
afterAll(() => disposer[Symbol.asyncDispose]());

const metric = async ({ url }: NodeProcess, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

/** Until all nodes read from the replica, or none does. */
async function used(expected: 0 | 1): Promise<void> {
  await expect
    .poll(() => Promise.all(nodes.map((node) => metric(node, 'parley_replica_used'))))
    .toEqual([expected, expected]);
}

const HISTORY = 'ORDER BY m.seq DESC';
/** Pages of histories and of lists. */
const pages = (url: string) =>
  Promise.all([calls(url, HISTORY), calls(url, 'ORDER BY active_at DESC')]);

const historyOf = (id: string): string => `/api/conversations/${id}/messages`;

const send = async (node: NodeProcess, user: User, id: string, content: string) => {
  const answer = await rest(node.url, user, 'POST', historyOf(id), { content });
  expect(answer.status).toBe(201);
  return answer.body.message as { id: string; seq: number };
};

const newest = async (node: NodeProcess, user: User, id: string) => {
  const answer = await rest(node.url, user, 'GET', `${historyOf(id)}?limit=1`);
  expect(answer.status).toBe(200);
  return answer.body.messages[0] as { id: string; seq: number } | undefined;
};

test('history and lists are read from the replica, everything else from the primary', async () => {
  await used(1);
  const id = await newConversation(nodes[0].url, buyer, seller);
  const sent = await send(nodes[0], buyer, id, 'hello');
  // On a busy machine that takes longer than a read waits.
  await expect
    .poll(() =>
      query(
        primaryUrl,
        'SELECT replay_lsn = pg_current_wal_flush_lsn() AS ok FROM pg_stat_replication',
      ),
    )
    .toEqual([{ ok: true }]);
  await used(1);
  expect(await newest(nodes[1], seller, id)).toMatchObject({ id: sent.id });
  const list = await rest(nodes[1].url, seller, 'GET', '/api/conversations');
  expect(list.body.conversations[0]).toMatchObject({ id, lastMessage: { id: sent.id } });
  expect(await pages(replicaUrl)).toEqual([1, 1]);
  expect(await pages(primaryUrl)).toEqual([0, 0]);
  expect(await metric(nodes[0], 'parley_replica_lag_seconds')).toBe(0);
});

/** Sends a hundred messages, each of which must be in the page that is read right after it on the other node. */
async function talk(n: number): Promise<void> {
  const id = await newConversation(nodes[0].url, buyer, seller);
  for (let i = 1; i <= 100; i += 1) {
    const [here, there] = (n + i) % 2 === 0 ? nodes : [nodes[1], nodes[0]];
    const sent = await send(here, i % 3 === 0 ? seller : buyer, id, `${i}`);
    expect(await newest(there, i % 2 === 0 ? seller : buyer, id)).toMatchObject(sent);
    if (i % 10 > 0) continue;
    const list = await rest(there.url, buyer, 'GET', '/api/conversations?limit=100');
    expect(list.body.conversations).toContainEqual(expect.objectContaining({ id, seq: i }));
  }
}

test('a page is never old, whoever sent on whichever node, while the replica falls behind and catches up', async () => {
  await used(1);
  const before = await calls(replicaUrl, HISTORY);
  const done = new AbortController();
  const disturb = async (): Promise<void> => {
    while (!done.signal.aborted) {
      await query(replicaUrl, 'SELECT pg_wal_replay_pause()');
      await sleep(300);
      await query(replicaUrl, 'SELECT pg_wal_replay_resume()');
      await sleep(1_500);
    }
  };
  const disturbing = disturb();
  await Promise.all(Array.from({ length: 20 }, (_, n) => talk(n))).finally(() => done.abort());
  await disturbing;
  expect(await calls(replicaUrl, HISTORY)).toBeGreaterThan(before + 200);
}, 120_000);

test('while replay is paused the primary is read, and the replica again when it has caught up', async () => {
  await used(1);
  const id = await newConversation(nodes[0].url, buyer, seller);
  await query(replicaUrl, 'SELECT pg_wal_replay_pause()');
  const sent = await send(nodes[0], buyer, id, 'unseen there');
  expect(await newest(nodes[1], seller, id)).toMatchObject(sent);
  await used(0);
  await expect.poll(() => metric(nodes[1], 'parley_replica_lag_seconds')).toBeGreaterThan(0);
  await query(replicaUrl, 'SELECT pg_wal_replay_resume()');
  await used(1);
  expect(await metric(nodes[1], 'parley_replica_lag_seconds')).toBe(0);
});

/** Reads on both nodes as fast as they answer, until `harm` is done. Returns the longest time a read took, in milliseconds. */
async function readThrough(id: string, harm: () => Promise<void>): Promise<number> {
  const done = new AbortController();
  let longest = 0;
  const read = async (node: NodeProcess): Promise<void> => {
    while (!done.signal.aborted) {
      const started = performance.now();
      expect(await newest(node, buyer, id)).toMatchObject({ seq: 1 });
      longest = Math.max(longest, performance.now() - started);
    }
  };
  const reading = Promise.all([...nodes, ...nodes].map(read));
  await harm().finally(() => done.abort());
  await reading;
  return longest;
}

test('kill -9 of the replica fails no read; it is used again when it is back', async () => {
  await used(1);
  const id = await newConversation(nodes[0].url, buyer, seller);
  await send(nodes[0], buyer, id, 'kept');
  const longest = await readThrough(id, async () => {
    await sleep(300);
    await replica.stop('SIGKILL');
    await used(0);
    await replica.start();
    await used(1);
  });
  expect(longest).toBeLessThan(5_000);
});

test('a replica that hangs holds up a read for a second at most', async () => {
  await used(1);
  const id = await newConversation(nodes[0].url, buyer, seller);
  await send(nodes[0], buyer, id, 'kept');
  const server = await PostgresServer.at(replicaUrl);
  const longest = await readThrough(id, async () => {
    await sleep(300);
    server.signalAll('SIGSTOP');
    try {
      await used(0);
      await expect
        .poll(() => Promise.all(nodes.map((node) => metric(node, 'parley_replica_lag_seconds'))))
        .toEqual([Number.NaN, Number.NaN]);
    } finally {
      server.signalAll('SIGCONT');
    }
    await used(1);
  });
  expect(longest).toBeLessThan(5_000);
}, 60_000);

test('a node starts although the replica is away, and uses it once it is there', async () => {
  const way = await startProxy(env['DATABASE_REPLICA_URL']!);
  onTestFinished(() => way[Symbol.asyncDispose]());
  way.close();
  const node = await nodeForTest({ ...env, DATABASE_REPLICA_URL: way.url });
  expect(await metric(node, 'parley_replica_used')).toBe(0);
  expect(node.output()).toContain('the replica is not used');
  const id = await newConversation(node.url, buyer, seller);
  expect(await newest(node, buyer, id)).toBeUndefined();
  way.open();
  await expect.poll(() => metric(node, 'parley_replica_used')).toBe(1);
});

const refusal = async (url: string): Promise<string> => {
  const line = await startFailure({ ...env, DATABASE_REPLICA_URL: url });
  expect(line).toContain('DATABASE_REPLICA_URL');
  return line;
};

test('what answers and is no replica of this database is refused', async () => {
  expect(await refusal(asApp(primaryUrl))).toContain('it is a primary');
  expect(await refusal(await createDatabase())).toContain('another cluster');
  expect(await refusal(new URL('/postgres', asApp(replicaUrl)).href)).toContain('must be chat');
  const wrongPassword = new URL(asApp(replicaUrl));
  wrongPassword.password = 'wrong';
  expect(await refusal(wrongPassword.href)).toContain('password authentication failed');
  await using pooler = await PgBouncer.start(inject('postgresUrl'));
  expect(await refusal(pooler.url)).toContain('pooler');
}, 60_000);

test('when the replica is promoted it is no longer read; before, it is not taken for a primary', async () => {
  await using own = new Disposer();
  // As while a failover is under way and the name leads to the wrong one.
  const { pool } = await openDatabase(replicaUrl, createLogger('silent'), own);
  await expect(pool.query('SELECT 1')).rejects.toThrow('DATABASE_URL leads to a replica');
  await used(1);
  await query(replicaUrl, 'SELECT pg_promote()');
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  const id = await newConversation(nodes[0].url, buyer, seller);
  const sent = await send(nodes[0], buyer, id, 'not over there');
  expect(await newest(nodes[1], seller, id)).toMatchObject(sent);
  await expect.poll(() => nodes[1].output()).toContain('it is a primary');
  await used(0);
});

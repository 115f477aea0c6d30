import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { WebSocket } from 'ws';
import { expect, onTestFinished, test } from 'vitest';
import { decodeCursor } from '../src/hub/cursor.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { Client, type User, connect, newConversation, newUser, rest } from './support/client.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { writeOwned } from './support/postgres-copy.ts';
import { PostgresProcess } from './support/postgres-process.ts';
import { query } from './support/query.ts';
import type { NodeProcess } from './support/spawn-node.ts';
import {
  findPostgres,
  postgresFolder,
  runAsPostgres,
  startSystemPostgres,
} from './support/system-postgres.ts';

interface Message {
  readonly id: string;
  readonly seq: number;
  readonly content: string;
}

interface Chat {
  readonly id: string;
  readonly buyer: User;
  readonly seller: User;
  /** In the order they were acknowledged. */
  readonly acked: Message[];
}

const CHATS = 6;

const startNodeOn = (databaseUrl: string): Promise<NodeProcess> =>
  nodeForTest({ ...clusterEnv(databaseUrl), RATE_LIMITS: 'off' });

/** People who send without a pause, until `stop`. */
async function startTalking(node: NodeProcess) {
  const stopped = new AbortController();
  const chats: Chat[] = [];
  const talk = async ({ id, buyer, seller, acked }: Chat): Promise<void> => {
    for (let n = 1; !stopped.signal.aborted; n += 1) {
      const content = `message ${n} äöü 😀`;
      const answer = await rest(
        node.url,
        n % 2 === 0 ? buyer : seller,
        'POST',
        `/api/conversations/${id}/messages`,
        { content, clientMessageId: randomUUID() },
      );
      expect(answer.status).toBe(201);
      acked.push(answer.body.message as Message);
    }
  };
  for (let i = 0; i < CHATS; i += 1) {
    const [buyer, seller] = [await newUser(), await newUser()];
    chats.push({ id: await newConversation(node.url, buyer, seller), buyer, seller, acked: [] });
  }
  const talking = Promise.all(chats.map(talk));
  const acks = (): number => chats.reduce((sum, { acked }) => sum + acked.length, 0);
  return {
    chats,
    /** Resolves when so many more have been acknowledged. */
    async more(count: number): Promise<void> {
      const goal = acks() + count;
      await expect.poll(acks, { timeout: 20_000 }).toBeGreaterThanOrEqual(goal);
    },
    /** What has been acknowledged by now. */
    acked: (): Message[][] => chats.map((chat) => [...chat.acked]),
    async stop(): Promise<void> {
      stopped.abort();
      await talking;
    },
  };
}

/** All of it, oldest first, as a client gets it. */
async function history(node: NodeProcess, { id, buyer }: Chat): Promise<Message[]> {
  const messages: Message[] = [];
  for (let after: string | null = '0'; after !== null;) {
    const page = `/api/conversations/${id}/messages?limit=100&after=${after}`;
    const { status, body } = await rest(node.url, buyer, 'GET', page);
    expect(status).toBe(200);
    messages.push(...(body.messages as Message[]).toReversed());
    after = body.nextCursor as string | null;
  }
  return messages;
}

/** What was acknowledged is there once, seq has no holes, counters agree, and chat goes on from there. */
async function checkRestored(node: NodeProcess, chat: Chat, acked: readonly Message[]) {
  const found = await history(node, chat);
  expect(found.slice(0, acked.length)).toEqual(acked);
  expect(found.map(({ seq }) => seq)).toEqual(found.map((_, i) => i + 1));
  const conversation = `/api/conversations/${chat.id}`;
  for (const user of [chat.buyer, chat.seller]) {
    const { body } = await rest(node.url, user, 'GET', conversation);
    const others = found.filter((message) => Reflect.get(message, 'senderId') !== user.id);
    expect(body).toMatchObject({ seq: found.length, unreadCount: others.length });
  }
  const listener = await connect(node.wsUrl, chat.seller);
  const sent = await rest(node.url, chat.buyer, 'POST', `${conversation}/messages`, {
    content: 'on',
  });
  expect(sent.body.message.seq).toBe(found.length + 1);
  expect(await listener.next('new_message')).toMatchObject({ seq: found.length + 1 });
  listener.socket.terminate();
  return found;
}

test('pg_dump while people chat, pg_restore into a fresh server', async () => {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const binaries = findPostgres();
  const server = await startSystemPostgres(binaries, disposer);
  const node = await startNodeOn(server.url);
  const talk = await startTalking(node);
  await talk.more(200);

  const before = talk.acked();
  const dump = path.join(await postgresFolder(disposer), 'parley.dump');
  await runAsPostgres(path.join(binaries, 'pg_dump'), [
    '--format=custom',
    `--file=${dump}`,
    server.url,
  ]);
  await talk.more(100);
  await talk.stop();

  const fresh = await startSystemPostgres(binaries, disposer);
  await runAsPostgres(path.join(binaries, 'pg_restore'), [
    '--exit-on-error',
    `--dbname=${fresh.url}`,
    dump,
  ]);
  const restored = await startNodeOn(fresh.url);
  for (const [i, chat] of talk.chats.entries()) {
    const found = await checkRestored(restored, chat, before[i]!);
    expect(found.length).toBeLessThan(chat.acked.length);
  }
}, 60_000);

test('a base backup and the archived log, restored to a moment, under a node that knows a later one', async () => {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const binaries = findPostgres();
  const archive = await postgresFolder(disposer);
  const server = await startSystemPostgres(binaries, disposer, [
    'archive_mode=on',
    `archive_command=cp %p ${archive}/%f`,
  ]);
  const node = await startNodeOn(server.url);
  const talk = await startTalking(node);
  await talk.more(200);
  const data = path.join(await postgresFolder(disposer), 'data');
  await runAsPostgres(path.join(binaries, 'pg_basebackup'), [
    '--checkpoint=fast',
    `--pgdata=${data}`,
    `--dbname=${server.url}`,
  ]);
  await talk.more(200);

  const before = talk.acked();
  const [moment] = await query<{ ms: number }>(
    server.url,
    `SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms
     FROM pg_create_restore_point('before the accident')`,
  );
  const after = talk.acked();
  await talk.more(100);
  await talk.stop();
  const [last] = await query<{ name: string }>(
    server.url,
    'SELECT pg_walfile_name(pg_switch_wal()) AS name',
  );
  await expect
    .poll(() => query(server.url, 'SELECT last_archived_wal AS name FROM pg_stat_archiver'))
    .toEqual([last]);
  const [chat] = talk.chats;
  const witness = await connect(node.wsUrl, chat!.seller);
  const cursor = await cursorAfter(node, chat!.seller, moment!.ms);
  await server.stop('SIGINT');

  await writeOwned(path.join(data, 'recovery.signal'), '', data);
  const copy = await PostgresProcess.start({
    command: path.join(binaries, 'postgres'),
    data,
    settings: [
      `restore_command=cp ${archive}/%f %p`,
      'recovery_target_name=before the accident',
      'recovery_target_action=promote',
    ],
    url: server.url,
    port: Number(new URL(server.url).port),
  });
  disposer.defer(() => copy[Symbol.asyncDispose]());
  await expect
    .poll(() => query(copy.url, 'SELECT pg_is_in_recovery() AS recovering'))
    .toEqual([{ recovering: false }]);

  // The node has delivered what is no more. It tells its clients to come back, and goes on from what there is.
  expect((await witness.closed)[0]).toBe(1012);
  const client = await resume(node, chat!.seller, cursor);
  expect(client.frames.map(({ type }) => type)).toEqual(['connected', 'resumed']);
  expect(await client.next('resumed')).toMatchObject({ complete: true });
  const fresh = await startNodeOn(copy.url);
  for (const [i, each] of talk.chats.entries()) {
    const found = await checkRestored(i % 2 === 0 ? node : fresh, each, before[i]!);
    // The one that was under way at the moment may be more than what had been answered.
    expect(found.length).toBeLessThanOrEqual(after[i]!.length + 1);
    expect(found.length).toBeLessThan(each.acked.length);
  }
  expect(await client.take('new_message', 1)).toHaveLength(1);
}, 60_000);

async function resume(node: NodeProcess, user: User, cursor: string): Promise<Client> {
  const headers = { authorization: `Bearer ${user.token}` };
  const client = new Client(new WebSocket(`${node.wsUrl}?cursor=${cursor}`, { headers }));
  await client.next('resumed');
  return client;
}

/** A cursor as of a time later than this, in milliseconds since 1970. */
async function cursorAfter(node: NodeProcess, user: User, ms: number): Promise<string> {
  let cursor = '';
  await expect
    .poll(async () => {
      const client = await connect(node.wsUrl, user);
      cursor = (await client.next('connected'))['cursor'];
      client.socket.terminate();
      return decodeCursor(cursor);
    })
    .toBeGreaterThan(ms);
  return cursor;
}

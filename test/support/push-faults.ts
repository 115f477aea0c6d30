/** Two nodes and two workers in processes of their own, a push service that keeps to FCM's protocol, and everything that can die. */
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { Disposer } from '../../src/lib/disposer.ts';
import { PostgresServer, until } from '../faults/services.ts';
import { Chat, type TwoNodes } from './chat.ts';
import { FakeFcm } from './fake-fcm.ts';
import { FakeWebPush } from './fake-web-push.ts';
import { ownPostgres } from './own-postgres.ts';
import { addDevice } from './push-worker.ts';
import { query } from './query.ts';
import { type RedisServer, ownRedis } from './redis.ts';
import { type NodeProcess, SECRET, startNode } from './spawn-node.ts';

/** Between the look whether it is read and the arrival at the service, on a busy machine. */
const IN_FLIGHT_MS = 1_500;
/** A claim of a worker that died, and its jobs, are somebody else's after a minute; then there may be a retry. */
const SETTLE_MS = 100_000;
export const CHATS = 16;

interface Sent {
  readonly id: string;
  readonly seq: number;
  /** When its reader was told that it is read. */
  readAt: number | undefined;
}

/** A conversation whose seller is away, and reads now and then. */
export interface Thread {
  readonly chat: Chat;
  readonly token: string;
  readonly sent: Sent[];
}

interface Arrival {
  readonly token: string;
  readonly pushId: string;
  readonly seq: number;
  readonly at: number;
}

/** Everything, and what may be done to it. */
export interface Stage {
  readonly nodes: TwoNodes;
  readonly fcm: FakeFcm;
  readonly web: FakeWebPush;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly arrivals: Arrival[];
  /** Kills one of the two workers as a machine dies, at once, and starts another. */
  killWorker(place: number): Promise<void>;
}

export async function stage(): Promise<Stage> {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const superuser = await ownPostgres(disposer, ['max_connections=200']);
  await query(superuser, 'CREATE DATABASE chat');
  const redis = await ownRedis();
  disposer.defer(() => redis.kill());
  const fcm = await FakeFcm.start();
  disposer.defer(() => fcm[Symbol.asyncDispose]());
  const web = await FakeWebPush.start();
  disposer.defer(() => web[Symbol.asyncDispose]());
  const databaseUrl = new URL('/chat', superuser).href;
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    JWT_SECRET: SECRET,
    RATE_LIMITS: 'off',
    PUSH_DELAY_SECONDS: '1',
    NODE_ENV: 'production',
    ...fcm.env,
    ...web.env,
  };
  const start = async (role: string): Promise<NodeProcess> => {
    const one = await startNode({ ...env, ROLE: role });
    disposer.defer(async () => {
      one.kill('SIGKILL');
      await one.exited;
    });
    return one;
  };
  const [first, second] = await Promise.all([start('node'), start('node')]);
  const workers = await Promise.all([start('worker'), start('worker')]);
  const arrivals: Arrival[] = [];
  fcm.onTaken = ({ token, pushId, payload }) => {
    const { seq } = payload['data'] as { readonly seq: string };
    arrivals.push({ token, pushId, seq: Number(seq), at: Date.now() });
  };
  return {
    nodes: { env, databaseUrl, first, second },
    fcm,
    web,
    postgres: await PostgresServer.at(superuser),
    redis,
    arrivals,
    async killWorker(place) {
      workers[place]?.kill('SIGKILL');
      await workers[place]?.exited;
      // As a service manager does it, until it can.
      for (;;) {
        const started = await start('worker').catch(() => undefined);
        if (started !== undefined) {
          workers[place] = started;
          return;
        }
        await sleep(300);
      }
    },
  };
}

export async function startThread({ nodes, fcm }: Stage): Promise<Thread> {
  const chat = await Chat.create(nodes);
  const device = fcm.newDevice();
  await addDevice(nodes.databaseUrl, chat.seller.id, device);
  return { chat, token: device.token, sent: [] };
}

/** Until it is done: PostgreSQL is away now and then. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

/** The seller has read all there is. */
export async function readAll({ chat, sent }: Thread, messageId: string): Promise<void> {
  await insist(async () => {
    const { status } = await chat.call(chat.seller, 'POST', '/read', { messageId });
    if (status !== 200) throw new Error(`not read: ${status}`);
  });
  for (const one of sent) one.readAt ??= Date.now();
}

/** Writes until it is told to stop; the seller reads now and then, the last message not by itself. */
async function talk(thread: Thread, isOver: () => boolean): Promise<void> {
  const { chat, sent } = thread;
  for (let n = 0; ; n += 1) {
    const key = `${chat.id} ${n}`;
    const { id, seq } = await insist(() => chat.send(chat.buyer, `message ${n}`, key));
    sent.push({ id, seq, readAt: undefined });
    if (isOver()) return;
    await sleep(Math.random() * 1_500);
    if (Math.random() < 0.3) await readAll(thread, id);
    await sleep(Math.random() * 1_500);
  }
}

/** What is wrong with what came to a device. */
function violations({ chat, token, sent }: Thread, { arrivals, fcm }: Stage): string[] {
  const wrong: string[] = [];
  const say = (what: string) => wrong.push(`${chat.id}: ${what}`);
  const here = arrivals.filter((one) => one.token === token);
  for (const { seq, at } of here) {
    const message = sent.find((one) => one.seq === seq);
    if (message === undefined) say(`told of ${seq}, which is no message`);
    else if (message.readAt !== undefined && at - message.readAt > IN_FLIGHT_MS)
      say(`told of ${seq} ${at - message.readAt} ms after it was read`);
  }
  const idOf = new Map<number, string>();
  let last = 0;
  for (const { pushId, seq } of here) {
    const known = idOf.get(seq);
    if (known !== undefined && known !== pushId) say(`told of ${seq} twice`);
    // Sent twice under one id it is shown once; anything else must tell of something new.
    if (known === undefined && seq <= last) say(`told of ${seq} after ${last}`);
    idOf.set(seq, pushId);
    last = Math.max(last, seq);
  }
  const newest = sent.at(-1)?.seq ?? 0;
  const unread = sent.filter(({ readAt }) => readAt === undefined).length;
  const shown = fcm.shown({ token });
  // Of what was read nothing had to come.
  if (unread === 0) return wrong;
  if (last < newest) say(`not told of ${newest}, only up to ${last}`);
  else if (shown.length !== 1 || shown[0]?.badge !== unread)
    say(`shows ${shown.map(({ badge }) => badge).join()} in place of ${unread}`);
  return wrong;
}

const isTold = (thread: Thread, { arrivals }: Stage): boolean =>
  thread.sent.at(-1)?.readAt !== undefined ||
  arrivals.some(({ token, seq }) => token === thread.token && seq === thread.sent.at(-1)?.seq);

/** People talk while `harm` is done, and have nothing more to say when `finale` is; then all must have been told. */
export async function play(
  made: Stage,
  harm: () => Promise<void>,
  finale: (threads: readonly Thread[]) => Promise<void>,
): Promise<readonly Thread[]> {
  const threads = await Promise.all(Array.from({ length: CHATS }, () => startThread(made)));
  let isOver = false;
  const talking = Promise.all(threads.map((thread) => talk(thread, () => isOver)));
  await sleep(2_000);
  await harm();
  isOver = true;
  await talking;
  await finale(threads);
  const deadline = Date.now() + SETTLE_MS;
  while (Date.now() < deadline && !threads.every((thread) => isTold(thread, made)))
    await sleep(200);
  // Whatever is sent once more comes now.
  await sleep(5_000);
  return threads;
}

/** What is wrong at the end. */
export async function verdict(made: Stage, threads: readonly Thread[]): Promise<readonly string[]> {
  const { databaseUrl } = made.nodes;
  await until('the queues to be empty', async () => {
    const left = await query(databaseUrl, `SELECT FROM parley_jobs.job WHERE name LIKE 'push%'`);
    return left.length === 0;
  });
  return [...threads.flatMap((thread) => violations(thread, made)), ...made.fcm.complaints];
}

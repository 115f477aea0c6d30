import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { type User, connect, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { GRACE_MS, close, offline, online } from './support/presence.ts';
import { query } from './support/query.ts';
import { ownRedis } from './support/redis.ts';

const MANY = 10_000;

let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await createDatabase();
});

/** A seller with so many conversations, and one of the buyers. */
async function seller(conversations: number): Promise<{ user: User; buyer: User }> {
  const [user, buyer] = [await newUser(), await newUser()];
  await query(
    databaseUrl,
    `INSERT INTO conversations (id, listing_id, buyer_id, seller_id, created_at, changed_at)
     SELECT gen_random_uuid(), n, CASE n WHEN 1 THEN $1::uuid ELSE gen_random_uuid() END, $2, now(), now()
     FROM generate_series(1, $3::integer) n`,
    [buyer.id, user.id, conversations],
  );
  return { user, buyer };
}

/** Without ids and times. */
const words = (texts: readonly string[]): string[] =>
  texts.map((text) => text.replaceAll(/[\da-f]{8}-[-\da-f]{27}|\d{13}/g, '…'));

test(`a seller with ${MANY} conversations comes and goes with no more on the bus than one with ten`, async () => {
  const redis = await ownRedis();
  onTestFinished(() => redis.stop());
  const env = { ...clusterEnv(databaseUrl), REDIS_URL: redis.url };
  const [first, second] = [await nodeForTest(env), await nodeForTest(env)];
  const messages: string[] = [];
  const spy = new Redis(redis.url);
  onTestFinished(() => spy.disconnect());
  spy.on('pmessage', (_, channel: string, text: string) => messages.push(`${channel} ${text}`));
  await spy.psubscribe('*');

  const published: string[][] = [];
  for (const conversations of [10, MANY]) {
    const { user, buyer } = await seller(conversations);
    const watching = await connect(first.wsUrl, buyer);
    await sleep(GRACE_MS);
    messages.length = 0;
    const socket = await connect(second.wsUrl, user);
    await online(watching, user);
    await close(socket);
    await offline(watching, user);
    // What nodes say whether anything happens or not.
    published.push(messages.filter((text) => !/^nodes | digest /.test(text)));
    await close(watching);
    await sleep(GRACE_MS);
  }
  const [few = [], many = []] = published;
  expect(words(few)).toEqual(['presence … changes +…', 'presence … changes -……']);
  expect(words(many)).toEqual(words(few));
}, 60_000);

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { packagePath } from '../src/lib/package-path.ts';
import {
  type User,
  connect,
  newConversation,
  newUser,
  rest,
  upgradeStatus,
} from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { prometheusProgram, scrape } from './support/metrics.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { startProxy } from './support/proxy.ts';

let databaseUrl: string;
let buyer: User;
let seller: User;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  [buyer, seller] = [await newUser(), await newUser()];
});

test('promtool finds nothing wrong with the metrics, and each is documented', async () => {
  // With workers of both kinds and a replica, which is away, so that their metrics are there.
  const node = await nodeForTest({
    ...clusterEnv(databaseUrl),
    ROLE: 'all',
    DATABASE_REPLICA_URL: 'postgres://parley@127.0.0.1:1/parley',
    WORKERS: '2',
  });
  const { text } = await scrape(node.url);
  const ours = text
    .split('\n')
    .filter((line) => /^(# (HELP|TYPE) )?parley_/.test(line))
    .join('\n');
  const checked = spawnSync(prometheusProgram('promtool'), ['check', 'metrics'], {
    input: `${ours}\n`,
    encoding: 'utf8',
  });
  expect(checked.stdout + checked.stderr).toBe('');
  expect(checked.status).toBe(0);

  const page = await readFile(packagePath('docs/observability.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `(parley_\w+)/gm)].map((match) => match[1]);
  const served = [...ours.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
  expect(new Set(documented)).toEqual(new Set(served));
});

test('what people do is counted, and how long it takes', async () => {
  const node = await nodeForTest(clusterEnv(databaseUrl));
  const conversationId = await newConversation(node.url, buyer, seller);
  const here = await connect(node.wsUrl, buyer);
  const there = await connect(node.wsUrl, seller);
  const also = await connect(node.wsUrl, seller);
  here.send({ type: 'send_message', conversationId, content: 'x', clientMessageId: '1' });
  const { message } = await there.next('new_message');
  there.send({ type: 'mark_read', conversationId, messageId: message.id });
  for (const client of [here, there, also]) await client.next('read_receipt');
  here.send({ type: 'nonsense' });
  await here.settle();
  await rest(node.url, buyer, 'GET', `/api/conversations/${conversationId}`);
  await rest(node.url, buyer, 'GET', '/nowhere');

  const now = await scrape(node.url);
  const values = {
    parley_connections: 3,
    parley_connections_opened_total: 3,
    parley_users: 2,
    parley_conversations_served: 1,
    'parley_frames_received_total{type="send_message"}': 1,
    'parley_frames_received_total{type="mark_read"}': 1,
    'parley_frames_received_total{type="ping"}': 1,
    'parley_frames_refused_total{code="unknown_type"}': 1,
    // Both changes to each of the three.
    parley_frames_delivered_total: 6,
    'parley_writes_total{kind="send"}': 1,
    'parley_batch_rows_count{kind="send"}': 1,
    'parley_commit_duration_seconds_count{kind="send"}': 1,
    'parley_commit_duration_seconds_bucket{le="5",kind="send"}': 1,
    parley_delivery_duration_seconds_count: 1,
    'parley_delivery_duration_seconds_bucket{le="2.5"}': 1,
    parley_queued_writes: 0,
    parley_running_batches: 0,
    parley_bus_connected: 1,
    parley_bus_lost_publishes_total: 0,
    parley_postgres_up: 1,
    'parley_postgres_waiting{pool="write"}': 0,
    parley_ready: 1,
    parley_draining: 0,
    'parley_http_request_duration_seconds_count{method="GET",route="/api/conversations/:id",status="2xx"}': 1,
    'parley_http_request_duration_seconds_count{method="POST",route="/api/conversations",status="2xx"}': 1,
    'parley_http_request_duration_seconds_count{method="GET",route="none",status="4xx"}': 1,
  };
  for (const [series, value] of Object.entries(values))
    expect([series, now.value(series)]).toEqual([series, value]);
  expect(now.value('parley_postgres_connections{pool="write",state="idle"}')).toBeGreaterThan(0);
  expect(now.value('parley_commit_duration_seconds_sum{kind="send"}')).toBeGreaterThan(
    now.value('parley_batch_duration_seconds_sum{kind="send"}'),
  );
  expect(now.value('parley_delivery_duration_seconds_sum')).toBeGreaterThan(0);
  expect(now.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
});

test('sockets that end and sockets that are refused are counted by the reason', async () => {
  const node = await nodeForTest({
    ...clusterEnv(databaseUrl),
    ALLOWED_ORIGINS: 'https://shop.example',
    // Of two sockets the second is closed after half of it: what is looked at before has time.
    DRAIN_SECONDS: '40',
  });
  const clients = await Promise.all([0, 1, 2, 3].map(() => connect(node.wsUrl, buyer)));
  const [polite, gone, liar, binary] = clients;
  polite?.socket.close(1000);
  gone?.socket.terminate();
  // A code of ours does not make it ours.
  liar?.socket.close(4408);
  binary?.socket.send(Buffer.from('x'), { binary: true });
  await Promise.all(clients.map((client) => client.closed));
  const token = { authorization: `Bearer ${buyer.token}` };
  expect(await upgradeStatus(node.wsUrl, {})).toBe(401);
  expect(await upgradeStatus(node.wsUrl, { ...token, origin: 'https://evil.example' })).toBe(403);
  const values = async () => {
    const now = await scrape(node.url);
    const closed = (reason: string) =>
      now.value(`parley_connections_closed_total{reason="${reason}"}`);
    const refused = (reason: string) =>
      now.value(`parley_upgrades_refused_total{reason="${reason}"}`);
    return {
      peer: closed('peer'),
      lost: closed('lost'),
      badFrames: closed('bad_frames'),
      tooSlow: closed('too_slow'),
      unauthenticated: refused('unauthenticated'),
      forbidden: refused('forbidden_origin'),
    };
  };
  await expect.poll(values).toEqual({
    peer: 2,
    lost: 1,
    badFrames: 1,
    tooSlow: 0,
    unauthenticated: 1,
    forbidden: 1,
  });

  const early = await connect(node.wsUrl, buyer);
  await connect(node.wsUrl, buyer);
  node.kill('SIGTERM');
  await early.closed;
  expect(await upgradeStatus(node.wsUrl, token)).toBe(503);
  const draining = await scrape(node.url);
  expect(draining.value('parley_draining')).toBe(1);
  expect(draining.value('parley_ready')).toBe(0);
  expect(draining.value('parley_connections_closed_total{reason="restarting"}')).toBe(1);
  expect(draining.value('parley_upgrades_refused_total{reason="draining"}')).toBe(1);
});

test.each(['close', 'freeze'] as const)(
  'what is away is seen to be away (%s)',
  async (how) => {
    const [redis, postgres] = [await startProxy(inject('redisUrl')), await startProxy(databaseUrl)];
    for (const proxy of [redis, postgres]) onTestFinished(() => proxy[Symbol.asyncDispose]());
    const node = await nodeForTest({ ...clusterEnv(postgres.url), REDIS_URL: redis.url });
    const conversationId = await newConversation(node.url, buyer, seller);
    const client = await connect(node.wsUrl, buyer);
    const send = (clientMessageId: string) =>
      client.send({ type: 'send_message', conversationId, content: 'x', clientMessageId });
    const value = async (series: string) => (await scrape(node.url)).value(series);

    redis[how]();
    await expect.poll(() => value('parley_bus_connected')).toBe(0);
    send('without Redis');
    await client.next('message_ack');
    expect(await value('parley_bus_lost_publishes_total')).toBeGreaterThan(0);
    expect(await value('parley_ready')).toBe(1);
    redis.open();
    await expect.poll(() => value('parley_bus_connected')).toBe(1);
    expect(await value('parley_bus_gaps_total')).toBeGreaterThan(0);

    postgres[how]();
    await expect.poll(() => value('parley_postgres_up')).toBe(0);
    expect(await value('parley_ready')).toBe(0);
    send('without PostgreSQL');
    await client.next('error');
    const unserved = new WebSocket(node.wsUrl, {
      headers: { authorization: `Bearer ${seller.token}` },
    });
    expect((await once(unserved, 'close'))[0]).toBe(1012);
    expect(await value('parley_connections_unserved_total')).toBe(1);
    expect(await value('parley_connections_closed_total{reason="restarting"}')).toBe(1);
    expect(await value('parley_frames_refused_total{code="unavailable"}')).toBe(1);
    expect(await value('parley_writes_failed_total{reason="failed"}')).toBe(1);
    postgres.open();
    await expect.poll(() => value('parley_ready'), { timeout: 15_000 }).toBe(1);
  },
  60_000,
);

test('a request has an id: the given one, or one of ours', async () => {
  const node = await nodeForTest(clusterEnv(databaseUrl));
  const id = async (path: string, given?: string) => {
    const headers = given === undefined ? {} : { 'x-request-id': given };
    return (await fetch(node.url + path, { headers })).headers.get('x-request-id');
  };
  expect(await id('/healthz', 'Root=1-67891233-abcdef')).toBe('Root=1-67891233-abcdef');
  expect(await id('/api/conversations', 'of-a-refused.one')).toBe('of-a-refused.one');
  expect(await id('/ws', 'of-a-refused-upgrade')).toBe('of-a-refused-upgrade');
  const made = await id('/nowhere', 'not "harmless"');
  expect(made).toMatch(/^[\da-f]{8}-/);
  expect(await id('/nowhere')).not.toBe(made);
});

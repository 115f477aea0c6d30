import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { type User, connect, newConversation, newUser, rest } from './support/client.ts';
import { type CollectedSpan, type Collector, startCollector } from './support/collector.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';

let databaseUrl: string;
let buyer: User;
let seller: User;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  [buyer, seller] = [await newUser(), await newUser()];
});

async function collectorForTest(): Promise<Collector> {
  const collector = await startCollector();
  onTestFinished(() => collector[Symbol.asyncDispose]());
  return collector;
}

const tracedNode = (endpoint: string, name: string, more: Record<string, string> = {}) =>
  nodeForTest({
    ...clusterEnv(databaseUrl),
    // Some tests send hundreds of messages at once.
    RATE_LIMITS: 'off',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=collector-secret',
    OTEL_SERVICE_NAME: name,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    ...more,
  });

/** The spans of one trace, as `node name ← parent`. */
function shapeOf(spans: readonly CollectedSpan[]): string[] {
  const nameOf = (id: string) => spans.find(({ spanId }) => spanId === id)?.name ?? 'nothing here';
  return spans
    .map(({ node, name, parentSpanId }) => `${node} ${name} ← ${nameOf(parentSpanId)}`)
    .toSorted();
}

const WHOLE = [
  'a parley.commit ← parley.send',
  'a parley.deliver ← parley.publish',
  'a parley.publish ← parley.send',
  'a parley.send ← nothing here',
  'b parley.deliver ← parley.publish',
];

test('a message is one trace from its frame to its delivery on both nodes', async () => {
  const collector = await collectorForTest();
  const [a, b] = await Promise.all([
    tracedNode(collector.endpoint, 'a'),
    tracedNode(collector.endpoint, 'b'),
  ]);
  const conversationId = await newConversation(a.url, buyer, seller);
  const here = await connect(a.wsUrl, buyer);
  const there = await connect(b.wsUrl, seller);
  for (const content of ['a secret price', 'another secret price'])
    here.send({ type: 'send_message', conversationId, content });
  await there.take('new_message', 2);
  await expect.poll(() => collector.spans.length).toBe(10);
  const traces = new Set(collector.spans.map(({ traceId }) => traceId));
  expect(traces.size).toBe(2);
  for (const id of traces) {
    const spans = collector.spans.filter(({ traceId }) => traceId === id);
    expect(shapeOf(spans)).toEqual(WHOLE);
    const [send, commit] = ['parley.send', 'parley.commit'].map((name) =>
      spans.find((span) => span.name === name),
    );
    expect(send?.attributes['parley.conversation.id']).toBe(conversationId);
    // Within it, on the same clock.
    expect(commit?.startMs).toBeGreaterThanOrEqual(send?.startMs ?? Infinity);
    expect(commit?.endMs).toBeLessThanOrEqual(send?.endMs ?? 0);
    expect(commit?.endMs).toBeGreaterThan(commit?.startMs ?? Infinity);
  }
  expect(new Set(collector.headers)).toEqual(new Set(['collector-secret']));
  expect(collector.bodies.join('\n')).not.toMatch(/secret price/);
  expect(a.output() + b.output()).not.toContain('collector-secret');
});

test("a REST send goes on with its caller's trace, and says what went wrong", async () => {
  const collector = await collectorForTest();
  const node = await tracedNode(collector.endpoint, 'a');
  const conversationId = await newConversation(node.url, buyer, seller);
  const post = async (user: User, flags: string) => {
    const traceId = randomBytes(16).toString('hex');
    const response = await fetch(`${node.url}/api/conversations/${conversationId}/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${user.token}`,
        'content-type': 'application/json',
        traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}`,
      },
      body: JSON.stringify({ content: 'x' }),
    });
    return { traceId, status: response.status };
  };
  const unsampled = await post(buyer, '00');
  const refused = await post(await newUser(), '01');
  const sent = await post(buyer, '01');
  expect([unsampled.status, refused.status, sent.status]).toEqual([201, 403, 201]);
  await expect.poll(() => collector.spans.length).toBe(4);
  const spansOf = ({ traceId }: { traceId: string }) =>
    collector.spans.filter((span) => span.traceId === traceId);
  expect(spansOf(unsampled)).toEqual([]);
  expect(spansOf(refused)).toMatchObject([
    { name: 'parley.send', isError: true, attributes: { 'error.type': 'not_authorized' } },
  ]);
  expect(shapeOf(spansOf(sent))).toEqual([
    'a parley.commit ← parley.send',
    'a parley.publish ← parley.send',
    'a parley.send ← nothing here',
  ]);
});

test('a node that does not trace understands one that does, and the other way round', async () => {
  const collector = await collectorForTest();
  const [traced, plain] = await Promise.all([
    tracedNode(collector.endpoint, 'a'),
    nodeForTest(clusterEnv(databaseUrl)),
  ]);
  const conversationId = await newConversation(traced.url, buyer, seller);
  const here = await connect(traced.wsUrl, buyer);
  const there = await connect(plain.wsUrl, seller);
  for (let i = 0; i < 20; i += 1)
    (i % 2 === 0 ? here : there).send({
      type: 'send_message',
      conversationId,
      content: `${i}`,
    });
  for (const client of [here, there]) {
    const frames = await client.take('new_message', 20);
    expect(frames.map((frame) => frame['seq'])).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  }
  await expect.poll(() => collector.spans.length).toBe(40);
  expect(new Set(collector.spans.map(({ node }) => node))).toEqual(new Set(['a']));
});

test.each([
  ['refuses', 503],
  ['does not answer', 'never'],
] as const)('a collector that %s harms nothing, and is told of once', async (_, status) => {
  const collector = await collectorForTest();
  collector.answer(status);
  const node = await tracedNode(collector.endpoint, 'a', {
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '50',
    DRAIN_SECONDS: '0',
  });
  const conversationId = await newConversation(node.url, buyer, seller);
  const client = await connect(node.wsUrl, buyer);
  const send = () =>
    client.send({
      type: 'send_message',
      conversationId,
      content: 'x',
      clientMessageId: randomUUID(),
    });
  for (let i = 0; i < 500; i += 1) send();
  await client.take('message_ack', 500);
  await expect.poll(() => node.output()).toContain('OpenTelemetry: traces are not complete');
  send();
  await client.take('message_ack', 501);
  expect(node.output().split('OpenTelemetry').length - 1).toBe(1);
  node.kill('SIGTERM');
  const started = performance.now();
  expect(await node.exited).toBe(0);
  expect(performance.now() - started).toBeLessThan(8_000);
});

test('what was traced last is sent before the node ends', async () => {
  const collector = await collectorForTest();
  const node = await tracedNode(collector.endpoint, 'a', {
    OTEL_BSP_SCHEDULE_DELAY: '60000',
    DRAIN_SECONDS: '0',
  });
  const conversationId = await newConversation(node.url, buyer, seller);
  const path = `/api/conversations/${conversationId}/messages`;
  expect((await rest(node.url, buyer, 'POST', path, { content: 'x' })).status).toBe(201);
  expect(collector.spans).toEqual([]);
  node.kill('SIGTERM');
  expect(await node.exited).toBe(0);
  expect(collector.spans.map(({ name }) => name).toSorted()).toEqual([
    'parley.commit',
    'parley.publish',
    'parley.send',
  ]);
});

test('a sampler of the environment decides', async () => {
  const collector = await collectorForTest();
  const node = await tracedNode(collector.endpoint, 'a', {
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.2',
  });
  const conversationId = await newConversation(node.url, buyer, seller);
  const client = await connect(node.wsUrl, buyer);
  for (let i = 0; i < 500; i += 1)
    client.send({ type: 'send_message', conversationId, content: 'x', clientMessageId: `${i}` });
  await client.take('message_ack', 500);
  await client.take('new_message', 500);
  node.kill('SIGTERM');
  await node.exited;
  const traces = new Set(collector.spans.map(({ traceId }) => traceId)).size;
  // Ten standard deviations from 100.
  expect(traces).toBeGreaterThan(10);
  expect(traces).toBeLessThan(190);
  expect(collector.spans).toHaveLength(4 * traces);
}, 60_000);

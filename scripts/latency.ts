/**
 * Median latency from a sender on one node to the other party on a second node, through real Redis and PostgreSQL, at
 * 100 messages a second. Starts all it needs on this machine, prints one line and ends: `npm run bench:latency`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../src/db/embedded.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import { run } from '../src/lib/run.ts';
import { connect, newConversation, newUser } from '../test/support/client.ts';
import { SECRET, startNode } from '../test/support/spawn-node.ts';
import { findRedis } from '../test/support/redis.ts';

const RATE = 100;
const WARM_UP = 200;
const MEASURED = 1_000;
const TARGET_MS = 10;

await using disposer = new Disposer();
const stateDir = await mkdtemp(path.join(tmpdir(), 'parley-latency-'));
disposer.defer(() => rm(stateDir, { recursive: true, force: true }));
await run('chmod', ['755', stateDir]);
const redis = await findRedis();
disposer.defer(() => redis.stop());
const DATABASE_URL = await startEmbeddedPostgres(stateDir, createLogger('warn'), disposer);
const env = {
  DATABASE_URL,
  REDIS_URL: redis.url,
  JWT_SECRET: SECRET,
  LOG_LEVEL: 'info',
  RATE_LIMITS: 'off',
};
const nodes = [await startNode(env), await startNode(env)] as const;
disposer.defer(async () => {
  for (const node of nodes) node.kill('SIGINT');
  await Promise.all(nodes.map((node) => node.exited));
});

const [buyer, seller] = await Promise.all([newUser(), newUser()]);
const conversationId = await newConversation(nodes[0].url, buyer, seller);
const sender = await connect(nodes[0].wsUrl, buyer);
const receiver = await connect(nodes[1].wsUrl, seller);

const latencies: number[] = [];
receiver.socket.on('message', (data: Buffer) => {
  const sentAt = Number(/"content":"([\d.]+)"/.exec(data.toString())?.[1]);
  if (sentAt > 0) latencies.push(performance.now() - sentAt);
});
const total = WARM_UP + MEASURED;
const started = performance.now();
for (let i = 0; i < total; i += 1) {
  const wait = started + (i * 1_000) / RATE - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  sender.send({ type: 'send_message', conversationId, content: String(performance.now()) });
}
await receiver.take('new_message', total);

const sorted = latencies.slice(WARM_UP).toSorted((a, b) => a - b);
const quantile = (q: number): number => sorted[Math.floor(sorted.length * q)] ?? Number.NaN;
const median = quantile(0.5);
console.log(
  `${sorted.length} messages at ${RATE}/s between two nodes: median ${median.toFixed(2)} ms (target below ${TARGET_MS}), p99 ${quantile(0.99).toFixed(2)} ms`,
);
if (!(median < TARGET_MS)) process.exitCode = 1;

import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { K6_MISSING, findK6 } from '../loadtest/runner/find-k6.ts';
import { freePort } from '../src/lib/free-port.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { createDatabase } from './support/database.ts';
import { doubling, dropping, reordering } from './support/meddling.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { query } from './support/query.ts';
import { type Meddling, type Relay, startRelay } from './support/relay.ts';
import { type NodeProcess, SECRET, spawnNode, startNode } from './support/spawn-node.ts';

const THRESHOLDS_MISSED = 99;
/** The machine may be busy with other tests: this is no measurement. */
const P99_MS = '20000';

interface Summary {
  readonly exitCode: number | null;
  readonly output: string;
  /** How often, by counter. */
  readonly counts: Readonly<Record<string, number>>;
  /** Metrics with a threshold that was missed. */
  readonly missed: readonly string[];
}

let files = 0;

/**
 * `npm run loadtest -- smoke`, against what is running at these URLs.
 *
 * @param settle how long everything may take to arrive in the end
 */
async function smoke(
  urls: readonly string[],
  settle: string,
  ...options: readonly string[]
): Promise<Summary> {
  files += 1;
  const file = path.join(tmpdir(), `parley-k6-${process.pid}-${files}.json`);
  const args = [...urls.flatMap((url) => ['--url', url]), '--p99', P99_MS, ...options];
  const { exited, output } = spawnNode(
    { JWT_SECRET: SECRET, SETTLE: settle, K6_SUMMARY_EXPORT: file },
    ['--import', 'tsx', packagePath('loadtest/k6.ts'), 'smoke', ...args],
  );
  const exitCode = await exited;
  if (exitCode === 1) throw new Error(output());
  const { metrics } = JSON.parse(await readFile(file, 'utf8')) as {
    metrics: Record<string, { count?: number; thresholds?: Record<string, boolean> }>;
  };
  await rm(file);
  const all = Object.entries(metrics);
  return {
    exitCode,
    output: output(),
    counts: Object.fromEntries(all.map(([name, { count = 0 }]) => [name, count])),
    // In this file of k6's `true` is said of a threshold that was crossed.
    missed: all.flatMap(([name, { thresholds = {} }]) =>
      Object.values(thresholds).includes(true) ? name : [],
    ),
  };
}

const throughRelay = (relay: Relay): Promise<Summary> =>
  smoke([relay.url], '5s', '--vus', '1', '--duration', '4s', '--rate', '5');

/** The summary, when these thresholds and no others were missed. Else it fails with all that k6 wrote. */
function missing(expected: readonly string[], summary: Summary): Summary {
  const { exitCode, missed, output } = summary;
  const isAsExpected = missed.toSorted().join() === expected.toSorted().join();
  if (!isAsExpected || exitCode !== (expected.length > 0 ? THRESHOLDS_MISSED : 0))
    throw new Error(`k6 ended with ${exitCode}, missed: ${missed.join()}\n${output}`);
  return summary;
}

const k6 = await findK6(console.log);
if (k6 === undefined) console.log(`not run: the k6 scripts. ${K6_MISSING}`);

describe.runIf(k6 !== undefined)('the smoke script with the real k6', { timeout: 90_000 }, () => {
  let env: Record<string, string>;
  let node: NodeProcess;

  beforeAll(async () => {
    env = { ...clusterEnv(await createDatabase()), RATE_LIMITS: 'off' };
    node = await startNode(env);
  });
  afterAll(async () => {
    node.kill('SIGKILL');
    await node.exited;
  });

  test('two nodes, one of which is killed and comes back: nothing is lost, duplicated or out of order', async () => {
    const doomedEnv = { ...env, PORT: String(await freePort()) };
    const doomed = await nodeForTest(doomedEnv);
    const run = smoke([doomed.url, node.url], '30s', '--duration', '12s', '--rate', '2');
    await expect.poll(() => countMessages(env), { timeout: 30_000 }).toBeGreaterThan(50);
    doomed.kill('SIGKILL');
    await doomed.exited;
    const afterKill = await countMessages(env);
    await nodeForTest(doomedEnv);
    await expect.poll(() => countMessages(env)).toBeGreaterThan(afterKill + 20);
    const { counts } = missing([], await run);
    expect(counts).toMatchObject({
      parley_lost: 0,
      parley_duplicated: 0,
      parley_out_of_order: 0,
      parley_unacknowledged: 0,
      parley_settled: 10,
    });
    expect(counts['parley_delivered']).toBe(2 * (counts['parley_sent'] ?? 0));
    // Each conversation has one of its parties at either node.
    expect(counts['parley_reconnects']).toBeGreaterThanOrEqual(10);
  });

  test.concurrent.for<[string, Meddling, Record<string, number>]>([
    ['a dropped frame is lost', dropping(), { parley_lost: 1 }],
    ['a frame that comes twice is duplicated', doubling(), { parley_duplicated: 1 }],
    ['two that change places are out of order', reordering(), { parley_out_of_order: 1 }],
    [
      'what the history lacks is lost, what it has twice duplicated',
      { history: ([first, , ...rest]) => [first, first, ...rest] as object[] },
      { parley_lost: 1, parley_duplicated: 1 },
    ],
  ])('%s', async ([, meddling, expected]) => {
    await using relay = await startRelay(node.url, meddling);
    const { counts } = missing(Object.keys(expected), await throughRelay(relay));
    expect(counts).toMatchObject(expected);
  });

  test.concurrent('what has no answer is unacknowledged', async () => {
    await using relay = await startRelay(node.url, {
      frame(frame, pass) {
        if (frame.type !== 'message_ack') pass(frame);
      },
    });
    const { counts } = missing(['parley_unacknowledged'], await throughRelay(relay));
    expect(counts['parley_unacknowledged']).toBe(counts['parley_sent']);
    expect(counts['parley_resent']).toBeGreaterThan(0);
  });

  test.concurrent('an incomplete replay is repaired over REST', async () => {
    let messages = 0;
    await using relay = await startRelay(node.url, {
      frame(frame, pass) {
        if (frame.type === 'new_message') messages += 1;
        pass(frame);
      },
      cursor: () => 'unknown',
    });
    const run = throughRelay(relay);
    await expect.poll(() => messages, { timeout: 30_000 }).toBeGreaterThan(10);
    relay.cut();
    const { counts } = missing([], await run);
    expect(counts).toMatchObject({ parley_incomplete_replays: 2, parley_lost: 0 });
    expect(counts['parley_delivered']).toBe(2 * (counts['parley_sent'] ?? 0));
  });
});

async function countMessages(env: Record<string, string>): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM messages';
  const [row] = await query<{ count: number }>(env['DATABASE_URL'] ?? '', sql);
  return row?.count ?? 0;
}

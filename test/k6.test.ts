import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { K6_MISSING, findK6 } from '../loadtest/runner/find-k6.ts';
import { freePort } from '../src/lib/free-port.ts';
import { packagePath } from '../src/lib/package-path.ts';
import type { Frame } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { query } from './support/query.ts';
import { type Meddling, type Relay, startRelay } from './support/relay.ts';
import { SECRET, spawnNode } from './support/spawn-node.ts';

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

/** `npm run loadtest -- smoke`, against what is running at these URLs. */
async function smoke(urls: readonly string[], ...options: readonly string[]): Promise<Summary> {
  files += 1;
  const file = path.join(tmpdir(), `parley-k6-${process.pid}-${files}.json`);
  const args = [...urls.flatMap((url) => ['--url', url]), '--p99', P99_MS, ...options];
  const { exited, output } = spawnNode(
    { JWT_SECRET: SECRET, SETTLE: '5s', K6_SUMMARY_EXPORT: file },
    ['--import', 'tsx', packagePath('loadtest/k6.ts'), 'smoke', ...args],
  );
  const exitCode = await exited;
  const { metrics } = JSON.parse(await readFile(file, 'utf8').catch(() => output())) as {
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

const k6 = await findK6(console.log);
if (k6 === undefined) console.log(`not run: the k6 scripts. ${K6_MISSING}`);

describe.runIf(k6 !== undefined)('the smoke script with the real k6', { timeout: 90_000 }, () => {
  let databaseUrl: string;

  beforeAll(async () => {
    databaseUrl = await createDatabase();
  });

  test('two nodes, one of which is killed and comes back: nothing is lost, duplicated or out of order', async () => {
    const env = clusterEnv(databaseUrl);
    const doomedEnv = { ...env, PORT: String(await freePort()) };
    const [doomed, other] = await Promise.all([nodeForTest(doomedEnv), nodeForTest(env)]);
    const run = smoke([doomed.url, other.url], '--duration', '12s', '--rate', '2');
    const countMessages = async (): Promise<number> => {
      const sql = 'SELECT count(*)::int AS count FROM messages';
      return (await query<{ count: number }>(databaseUrl, sql))[0]?.count ?? 0;
    };
    await expect.poll(countMessages, { timeout: 30_000 }).toBeGreaterThan(50);
    doomed.kill('SIGKILL');
    await doomed.exited;
    const afterKill = await countMessages();
    await nodeForTest(doomedEnv);
    await expect.poll(countMessages).toBeGreaterThan(afterKill + 20);
    const { exitCode, counts, missed, output } = await run;
    expect({ exitCode, missed }, output).toEqual({ exitCode: 0, missed: [] });
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

  /** One conversation by way of a relay that gets something wrong. */
  async function throughRelay(
    meddling: Meddling,
    during: (relay: Relay) => Promise<void> = () => Promise.resolve(),
  ): Promise<Summary> {
    const node = await nodeForTest(clusterEnv(databaseUrl));
    await using relay = await startRelay(node.url, meddling);
    const run = smoke([relay.url], '--vus', '1', '--duration', '4s', '--rate', '5');
    await during(relay);
    return await run;
  }

  test('a dropped frame is counted as lost', async () => {
    const isThird = nth(3);
    const { exitCode, counts, missed, output } = await throughRelay({
      frame(frame, pass) {
        if (!isThird(frame)) pass(frame);
      },
    });
    expect({ exitCode, missed }, output).toEqual({
      exitCode: THRESHOLDS_MISSED,
      missed: ['parley_lost'],
    });
    expect(counts['parley_lost']).toBe(1);
  });

  test('a frame that comes twice is counted as duplicated', async () => {
    const isThird = nth(3);
    const { exitCode, counts, missed, output } = await throughRelay({
      frame(frame, pass) {
        pass(frame);
        if (isThird(frame)) pass(frame);
      },
    });
    expect({ exitCode, missed }, output).toEqual({
      exitCode: THRESHOLDS_MISSED,
      missed: ['parley_duplicated'],
    });
    expect(counts['parley_duplicated']).toBe(1);
  });

  test('two frames that change places are counted as out of order', async () => {
    const isThird = nth(3);
    let held: { frame: Frame; pass: (frame: Frame) => void } | undefined;
    const { exitCode, counts, missed, output } = await throughRelay({
      frame(frame, pass) {
        if (isThird(frame)) {
          held = { frame, pass };
          return;
        }
        pass(frame);
        // Right after the next change on the same socket.
        if (held?.pass === pass && ['new_message', 'read_receipt'].includes(frame.type)) {
          pass(held.frame);
          held = undefined;
        }
      },
    });
    expect({ exitCode, missed }, output).toEqual({
      exitCode: THRESHOLDS_MISSED,
      missed: ['parley_out_of_order'],
    });
    expect(counts['parley_out_of_order']).toBe(1);
  });

  test('messages without an answer are counted as unacknowledged', async () => {
    const { exitCode, counts, missed, output } = await throughRelay({
      frame(frame, pass) {
        if (frame.type !== 'message_ack') pass(frame);
      },
    });
    expect({ exitCode, missed }, output).toEqual({
      exitCode: THRESHOLDS_MISSED,
      missed: ['parley_unacknowledged'],
    });
    expect(counts['parley_unacknowledged']).toBe(counts['parley_sent']);
    expect(counts['parley_resent']).toBeGreaterThan(0);
  });

  test('a history that lacks a message, and has another twice, is counted', async () => {
    const { exitCode, counts, missed, output } = await throughRelay({
      history: ([first, second, ...rest]) =>
        [second, second, ...rest].filter((m) => m !== first) as object[],
    });
    expect({ exitCode, missed: missed.toSorted() }, output).toEqual({
      exitCode: THRESHOLDS_MISSED,
      missed: ['parley_duplicated', 'parley_lost'],
    });
    expect(counts).toMatchObject({ parley_lost: 1, parley_duplicated: 1 });
  });

  test('an incomplete replay is repaired over REST', async () => {
    let changes = 0;
    const { exitCode, counts, missed, output } = await throughRelay(
      {
        frame(frame, pass) {
          if (frame.type === 'new_message') changes += 1;
          pass(frame);
        },
        cursor: () => 'unknown',
      },
      async (relay) => {
        await expect.poll(() => changes, { timeout: 30_000 }).toBeGreaterThan(10);
        relay.cut();
      },
    );
    expect({ exitCode, missed }, output).toEqual({ exitCode: 0, missed: [] });
    expect(counts).toMatchObject({ parley_incomplete_replays: 2, parley_lost: 0 });
    expect(counts['parley_delivered']).toBe(2 * (counts['parley_sent'] ?? 0));
  });
});

/** True for one `new_message` of all, the nth. */
function nth(n: number): (frame: Frame) => boolean {
  let seen = 0;
  return ({ type }) => {
    if (type === 'new_message') seen += 1;
    return type === 'new_message' && seen === n;
  };
}

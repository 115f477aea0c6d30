import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Disposer } from '../../src/lib/disposer.ts';
import { ownPostgres } from '../support/own-postgres.ts';
import { findRedis, ownRedis } from '../support/redis.ts';
import { type Verdict, check } from './checker.ts';
import { type Scenario, everything, lossyAndUnrepaired, nothing, selection } from './scenarios.ts';
import { PostgresServer } from './services.ts';
import { type Row, table } from './table.ts';
import { World } from './world.ts';

/** The same faults at the same moments, as far as processes allow it. `FAULTS_SEED` repeats a run. */
const seed = Number(process.env['FAULTS_SEED'] ?? 20_261_124);
const all = process.env['FAULTS'] === 'all';

const disposer = new Disposer();
const redis = all ? await ownRedis() : undefined;
const scenarios = redis === undefined ? selection : everything(redis);
const TIMEOUT_MS = 180_000;
const rows: Row[] = [];
let redisUrl: string;
/** What is harmed in one run is not another's: as many are opened as run at once (`vitest.config.ts`). */
const idle: PostgresServer[] = [];

beforeAll(async () => {
  const found = redis ?? (await findRedis());
  disposer.defer(() => found.stop());
  redisUrl = found.url;
});
afterAll(async () => {
  console.log(table(rows));
  await disposer[Symbol.asyncDispose]();
});

/** People chat, something is harmed, people chat on, and what they saw is judged. */
async function perform(scenario: Scenario): Promise<{ verdict: Verdict; logs: string }> {
  const postgres = idle.pop() ?? (await PostgresServer.at(await ownPostgres(disposer)));
  const { sabotage = 'none', crashAfter = [] } = scenario;
  // A failure before may have left it down.
  await postgres.ready();
  const world = await World.create({
    postgresUrl: postgres.url,
    redisUrl,
    seed,
    sabotage,
    crashAfter,
  });
  try {
    world.startTalking();
    await sleep(2_000);
    await scenario.harm({ postgres, redisUrl, world });
    const endedAt = scenario.isFault === false ? undefined : Date.now();
    await sleep(3_000);
    await world.settle();
    const evidence = await world.evidence(endedAt, {
      allowedErrors: scenario.allowedErrors ?? [],
      allowedCloses: scenario.allowedCloses,
    });
    return { verdict: check(evidence), logs: world.logs() };
  } finally {
    await world.destroy();
    idle.push(postgres);
  }
}

/** @returns what was wrong, and what the nodes wrote then */
async function judge(scenario: Scenario): Promise<readonly string[]> {
  const { verdict, logs } = await perform(scenario);
  rows.push({ name: scenario.name, ...verdict });
  const { acks, changes, violations } = verdict;
  const wrong = violations.slice(0, 20).map((one) => JSON.stringify(one));
  if (acks <= 100) wrong.push(`only ${acks} were sent`);
  if (changes <= 50) wrong.push(`only ${changes} were changed`);
  return wrong.length === 0
    ? []
    : [...wrong, `FAULTS_SEED=${seed}; the nodes wrote:\n${logs.slice(-6_000)}`];
}

describe(`under faults, seed ${seed}`, () => {
  // By itself: all must arrive within a second.
  test(
    'nothing',
    async () => {
      expect(await judge(nothing)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  // Takes longest.
  test.concurrent(
    'the checker notices when holes are not repaired',
    async () => {
      const { verdict } = await perform(lossyAndUnrepaired);
      expect(verdict.violations.some(({ promise, kind }) => promise === 2 && kind === 'lost')).toBe(
        true,
      );
    },
    TIMEOUT_MS,
  );

  test.concurrent.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_, scenario) => {
      expect(await judge(scenario)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

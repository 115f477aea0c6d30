import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Disposer } from '../../src/lib/disposer.ts';
import { ownPostgres } from '../support/own-postgres.ts';
import { ownRedis } from '../support/redis.ts';
import { type Verdict, check } from './checker.ts';
import {
  type Scenario,
  type Stage,
  everything,
  lossyAndUnrepaired,
  nothing,
  selection,
} from './scenarios.ts';
import { PostgresServer } from './services.ts';
import { type Row, table } from './table.ts';
import { World } from './world.ts';

/** The same faults at the same moments, as far as processes allow it. `FAULTS_SEED` repeats a run. */
const seed = Number(process.env['FAULTS_SEED'] ?? 20_261_124);
const all = process.env['FAULTS'] === 'all';

const disposer = new Disposer();
const redis = all ? await ownRedis() : undefined;
const scenarios = redis === undefined ? selection : everything(redis);
/** What is harmed in one run is not another's. All faults are run one by one: how long they are felt is published. */
const LANES = all ? 1 : 2;
/** Of one run, and of those that are before it in its lane. */
const PATIENCE_MS = 600_000;
const rows: Row[] = [];
const lanes: Lane[] = [];
const waiting: ((lane: Lane) => void)[] = [];

type Lane = Omit<Stage, 'world'>;

beforeAll(async () => {
  for (let lane = 0; lane < LANES; lane += 1) {
    const found = redis ?? (await ownRedis());
    disposer.defer(() => found.stop());
    const url = await ownPostgres(disposer);
    lanes.push({ redisUrl: found.url, postgres: await PostgresServer.at(url) });
  }
});
afterAll(async () => {
  console.log(table(rows));
  await disposer[Symbol.asyncDispose]();
});

/** Runs it where nothing else is harmed meanwhile. */
async function perform(scenario: Scenario): Promise<{ verdict: Verdict; logs: string }> {
  const lane = lanes.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
  try {
    return await performIn(lane, scenario);
  } finally {
    const next = waiting.shift();
    if (next === undefined) lanes.push(lane);
    else next(lane);
  }
}

/** People chat, something is harmed, people chat on, and what they saw is judged. */
async function performIn(
  services: Lane,
  scenario: Scenario,
): Promise<{ verdict: Verdict; logs: string }> {
  const { postgres, redisUrl } = services;
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
    await scenario.harm({ ...services, world });
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
    PATIENCE_MS,
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
    PATIENCE_MS,
  );

  test.concurrent.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_, scenario) => {
      expect(await judge(scenario)).toEqual([]);
    },
    PATIENCE_MS,
  );
});

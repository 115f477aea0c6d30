import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Disposer } from '../../src/lib/disposer.ts';
import { ownPostgres } from '../support/own-postgres.ts';
import { findRedis, ownRedis } from '../support/redis.ts';
import { type Verdict, check } from './checker.ts';
import {
  type Scenario,
  type Stage,
  everything,
  lossyAndUnrepaired,
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
const rows: Row[] = [];
let services: Omit<Stage, 'world'>;

beforeAll(async () => {
  const found = redis ?? (await findRedis());
  disposer.defer(() => found.stop());
  const url = await ownPostgres(disposer);
  services = { redisUrl: found.url, postgres: await PostgresServer.at(url) };
});
afterAll(async () => {
  console.log(table(rows));
  await disposer[Symbol.asyncDispose]();
});

/** People chat, something is harmed, people chat on, and what they saw is judged. */
async function perform(scenario: Scenario): Promise<{ verdict: Verdict; logs: string }> {
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

describe(`under faults, seed ${seed}`, () => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (name, scenario) => {
      const { verdict, logs } = await perform(scenario);
      rows.push({ name, ...verdict });
      const shown = verdict.violations.slice(0, 20).map((one) => JSON.stringify(one));
      expect(shown, `FAULTS_SEED=${seed}; the nodes wrote:\n${logs.slice(-6_000)}`).toEqual([]);
      expect(verdict.acks).toBeGreaterThan(100);
      expect(verdict.changes).toBeGreaterThan(50);
    },
    180_000,
  );
});

test('the checker notices when holes are not repaired', async () => {
  const { verdict } = await perform(lossyAndUnrepaired);
  expect(verdict.violations.some(({ promise, kind }) => promise === 2 && kind === 'lost')).toBe(
    true,
  );
}, 180_000);

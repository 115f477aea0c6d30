import type { Options } from 'k6/options';
import { nowAndThen } from './lib/now-and-then.ts';
import { common, conversationScenario, promises } from './lib/options.ts';
import { type Run, converse, setup as begin } from './lib/run.ts';
import { readSettings } from './lib/settings.ts';

/** Can nodes come and go? Somebody scales them up and down meanwhile; users come back often, so that new nodes get their share. */
const settings = readSettings({ vus: 50, duration: '5m', rate: 0.5, p99Ms: 500 }, __ENV);
const RECONNECT_MS = 30_000;

export const options: Options = {
  ...common,
  scenarios: { scale: conversationScenario(settings, settings.vus, 'scale') },
  thresholds: {
    ...promises(settings.vus, settings),
    // Draining nodes close so. Without one nobody has scaled down, and the run shows nothing.
    'parley_closes{code:1012}': ['count>0'],
  },
};

export const setup = (): Run => begin(settings);

export const scale = (run: Run): Promise<void> =>
  converse(settings, run, settings.rate, ({ parties }, endsAt) => {
    // As phones do it.
    for (const party of parties) nowAndThen(() => party.cut(), RECONNECT_MS, endsAt);
  });

import type { Options } from 'k6/options';
import { common, conversationScenario, promises } from './lib/options.ts';
import { reconnectNowAndThen } from './lib/reconnect.ts';
import { type Run, converse, setup as begin } from './lib/run.ts';
import { readSettings } from './lib/settings.ts';

/** Does it stay so? Constant load for hours, while every user's connection is lost once a minute. */
const settings = readSettings({ vus: 50, duration: '1h', rate: 0.5, p99Ms: 250 }, __ENV);
const RECONNECT_MS = 60_000;

export const options: Options = {
  ...common,
  scenarios: { soak: conversationScenario(settings, settings.vus, 'soak') },
  thresholds: promises(settings.vus, settings),
};

export const setup = (): Run => begin(settings);

export const soak = (run: Run): Promise<void> =>
  converse(settings, run, settings.rate, ({ parties }, endsAt) => {
    for (const party of parties) reconnectNowAndThen(party, RECONNECT_MS, endsAt);
  });

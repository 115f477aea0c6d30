import type { Options } from 'k6/options';
import { common, conversationScenario, promises } from './lib/options.ts';
import { type Run, converse, setup as begin } from './lib/run.ts';
import { readSettings } from './lib/settings.ts';

/** Is it alive, and does it keep its promises? Half a minute at rates of real users. */
const settings = readSettings({ vus: 10, duration: '30s', rate: 1, p99Ms: 250 }, __ENV);

export const options: Options = {
  ...common,
  scenarios: { smoke: conversationScenario(settings, settings.vus, 'smoke') },
  thresholds: promises(settings.vus, settings),
};

export const setup = (): Run => begin(settings);

export const smoke = (run: Run): Promise<void> => converse(settings, run, settings.rate);

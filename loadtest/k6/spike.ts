import type { Options } from 'k6/options';
import { setTimeout } from 'k6/timers';
import { common, conversationScenario, promises } from './lib/options.ts';
import { type Run, converse, setup as begin } from './lib/run.ts';
import { readSettings } from './lib/settings.ts';

/** Does it survive everybody at once? All sockets end at the same moment and come back, while others go on talking. */
const settings = readSettings({ vus: 250, duration: '1m', rate: 0.2, p99Ms: 1_000 }, __ENV);
/** Conversations whose sockets stay, which must not notice, and messages a second of each of their users. */
const OTHERS = 10;
const OTHERS_RATE = 1;
/** The first storm, how often they come, and how long before the end there is none, in ms. */
const FIRST_MS = 10_000;
const EVERY_MS = 15_000;
const QUIET_MS = 10_000;

const storms: number[] = [];
for (let at = FIRST_MS; at <= settings.durationMs - QUIET_MS; at += EVERY_MS) storms.push(at);
if (storms.length === 0)
  throw new Error(`DURATION must be at least ${(FIRST_MS + QUIET_MS) / 1_000}s: it has no storm`);

export const options: Options = {
  ...common,
  scenarios: {
    storm: conversationScenario(settings, settings.vus, 'storm'),
    others: conversationScenario(settings, OTHERS, 'others'),
  },
  thresholds: {
    ...promises(settings.vus + OTHERS, settings),
    'parley_delivery_ms{scenario:others,path:live}': [`p(99)<${settings.liveMs}`],
    // Until the last one is back.
    'parley_back_ms{scenario:storm}': ['max<10000'],
    'parley_reconnects{scenario:storm}': [`count>=${storms.length * settings.vus * 2}`],
  },
};

export const setup = (): Run => begin(settings);

export const storm = (run: Run): Promise<void> =>
  converse(settings, run, settings.rate, ({ parties }) => {
    for (const at of storms)
      setTimeout(
        () => {
          for (const party of parties) party.cut();
        },
        Math.max(0, run.startedAt + at - Date.now()),
      );
  });

export const others = (run: Run): Promise<void> => converse(settings, run, OTHERS_RATE);

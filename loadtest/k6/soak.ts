import type { Options } from 'k6/options';
import { nowAndThen } from './lib/now-and-then.ts';
import { common, conversationScenario, promises } from './lib/options.ts';
import { type Run, converse, setup as begin } from './lib/run.ts';
import { readSettings } from './lib/settings.ts';

/** Does it stay so? Constant load for hours, with edits, deletions and reactions, while every user's connection is lost once a minute. */
const settings = readSettings({ vus: 50, duration: '1h', rate: 0.5, p99Ms: 250 }, __ENV);
const RECONNECT_MS = 60_000;
/** One edit, deletion or reaction of a user for so many of its messages. */
const MESSAGES_A_CHANGE = 4;

export const options: Options = {
  ...common,
  scenarios: { soak: conversationScenario(settings, settings.vus, 'soak') },
  thresholds: promises(settings.vus, settings),
};

export const setup = (): Run => begin(settings);

export const soak = (run: Run): Promise<void> =>
  converse(settings, run, settings.rate, (conversation, endsAt) => {
    const changeMs = (1_000 / settings.rate) * MESSAGES_A_CHANGE;
    for (const side of [0, 1] as const) {
      // As phones do it.
      nowAndThen(() => conversation.parties[side].cut(), RECONNECT_MS, endsAt);
      nowAndThen(() => conversation.change(side), changeMs, endsAt);
    }
  });

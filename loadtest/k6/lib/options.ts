import type { Options, Scenario } from 'k6/options';
import type { Settings } from './settings.ts';

/** Beyond duration and settling: for an attempt to connect that k6 gives up after a minute. */
const SPARE_MS = 90_000;
/** Those that had to wait for a party to come back: docs/reliability.md promises it after a fault. */
const RESUMED_MS = 15_000;

/** Each VU is one conversation, from its beginning to its end. */
export const conversationScenario = (settings: Settings, vus: number, exec: string): Scenario => ({
  executor: 'per-vu-iterations',
  exec,
  vus,
  iterations: 1,
  maxDuration: `${Math.ceil((settings.durationMs + settings.settleMs + SPARE_MS) / 1_000)}s`,
  gracefulStop: '5s',
});

/** @param conversations how many there are in all scenarios */
export const promises = (
  conversations: number,
  { liveMs }: Settings,
): NonNullable<Options['thresholds']> => ({
  parley_lost: ['count==0'],
  parley_duplicated: ['count==0'],
  parley_out_of_order: ['count==0'],
  parley_unacknowledged: ['count==0'],
  parley_settled: [`count==${conversations}`],
  parley_delivered: ['count>0'],
  'parley_delivery_ms{path:live}': [`p(99)<${liveMs}`],
  'parley_delivery_ms{path:resumed}': [`p(99)<${RESUMED_MS}`],
  checks: ['rate==1'],
});

export const common: Options = {
  summaryTrendStats: ['min', 'med', 'p(95)', 'p(99)', 'max'],
  // Nodes come and go behind a name.
  dns: { ttl: '5s', select: 'random', policy: 'preferIPv4' },
};

import exec from 'k6/execution';
import http from 'k6/http';
import { clearInterval, setInterval } from 'k6/timers';
import { Api } from './api.ts';
import { Conversation } from './conversation.ts';
import { userOf } from './identity.ts';
import { showZeros } from './metrics.ts';
import { nowAndThen } from './now-and-then.ts';
import { BEGIN_RATE, type Settings } from './settings.ts';
import { sleep, until } from './wait.ts';

const TICK_MS = 250;
const AUDIT_MS = 30_000;
const LISTINGS = 2_000_000_000;

/** What all VUs share: made once, in `setup`. */
export interface Run {
  readonly id: string;
  /** Each conversation has a listing of its own. */
  readonly firstListing: number;
  /** In ms. */
  readonly startedAt: number;
}

/** Ends the test at once when it can't succeed. */
export function setup({ urls, secret }: Settings): Run {
  const { token } = userOf('setup', secret, 0);
  for (const url of urls) {
    const ready = http.get(`${url}/readyz`, { tags: { name: 'GET /readyz' } });
    if (ready.status !== 200) exec.test.abort(`${url}/readyz answered ${ready.status}, not 200`);
    const list = http.get(`${url}/api/conversations`, {
      headers: { authorization: `Bearer ${token}` },
      tags: { name: 'GET /api/conversations' },
    });
    if (list.status === 401) exec.test.abort(`JWT_SECRET is not that of ${url}`);
  }
  const startedAt = Date.now();
  const firstListing = 1 + Math.floor(Math.random() * LISTINGS);
  return { id: `${startedAt}/${firstListing}`, firstListing, startedAt };
}

/** What a script does besides talking, from when both are connected until the end of talking. */
export type Extra = (conversation: Conversation, endsAt: number) => void;

/** One conversation from beginning to end. @param rate messages a second of each user */
export async function converse(
  settings: Settings,
  run: Run,
  rate: number,
  extra?: Extra,
): Promise<void> {
  showZeros();
  const { durationMs, settleMs } = settings;
  const endsAt = run.startedAt + durationMs;
  await sleep((exec.scenario.iterationInTest / BEGIN_RATE) * 1_000);
  const conversation = await begin(settings, run, exec.vu.idInTest);
  const ticking = setInterval(() => conversation.tick(Date.now()), TICK_MS);
  try {
    for (const party of conversation.parties) party.connect();
    await until(() => conversation.isLive, endsAt);
    for (const side of [0, 1] as const)
      nowAndThen(() => conversation.say(side), 1_000 / rate, endsAt);
    extra?.(conversation, endsAt);
    while (Date.now() + AUDIT_MS < endsAt) {
      // What both have now must be in the history, and in that of a replica half a minute later.
      const upTo = conversation.reached;
      await sleep(AUDIT_MS);
      await conversation.audit(upTo, Date.now() + settleMs);
    }
    await sleep(endsAt - Date.now());
    await conversation.settle(Date.now() + settleMs);
  } finally {
    clearInterval(ticking);
    for (const party of conversation.parties) party.stop();
  }
}

async function begin(settings: Settings, run: Run, vu: number): Promise<Conversation> {
  const { urls, secret, durationMs, settleMs } = settings;
  const nameOf = (side: string): string => `${run.id}/${vu}/${side}`;
  const buyer = userOf(nameOf('buyer'), secret, durationMs / 1_000);
  const seller = userOf(nameOf('seller'), secret, durationMs / 1_000);
  const api = new Api(urls, buyer, run.startedAt + durationMs + settleMs);
  const id = await api.create(run.firstListing + vu, seller.id);
  // Another first one for each side, so that what they say crosses nodes.
  const rotated = [...urls.slice(1), ...urls.slice(0, 1)];
  return new Conversation({ id, users: [buyer, seller], urls: [urls, rotated], api });
}

import exec from 'k6/execution';
import http from 'k6/http';
import { clearInterval, setInterval, setTimeout } from 'k6/timers';
import { Api } from './api.ts';
import { Conversation } from './conversation.ts';
import { userOf } from './identity.ts';
import type { Side } from './ledger.ts';
import { showZeros } from './metrics.ts';
import type { Settings } from './settings.ts';
import { sleep, until } from './wait.ts';

const TICK_MS = 250;
const AUDIT_MS = 30_000;
/** So many conversations begin in a second. */
const BEGIN_RATE = 50;
const LISTINGS = 2_000_000_000;

/** What all VUs share: made once, in `setup`. */
export interface Run {
  readonly id: string;
  /** In ms. */
  readonly startedAt: number;
}

export function setup(settings: Settings): Run {
  for (const url of settings.urls) {
    const { status } = http.get(`${url}/readyz`, { tags: { name: 'GET /readyz' } });
    if (status !== 200) exec.test.abort(`${url}/readyz answered ${status}, not 200`);
  }
  return { id: `${Date.now()}-${Math.floor(Math.random() * LISTINGS)}`, startedAt: Date.now() };
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
  const index = exec.scenario.iterationInTest;
  await sleep((index / BEGIN_RATE) * 1_000);
  const conversation = await begin(settings, `${run.id}/${exec.scenario.name}/${index}`, endsAt);
  const ticking = setInterval(() => conversation.tick(Date.now()), TICK_MS);
  try {
    for (const party of conversation.parties) party.connect();
    await until(() => conversation.isLive, endsAt);
    for (const side of [0, 1] as const) talk(conversation, side, rate, endsAt);
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

async function begin(settings: Settings, name: string, deadline: number): Promise<Conversation> {
  const { urls, secret, durationMs } = settings;
  const buyer = userOf(`${name}/buyer`, secret, durationMs / 1_000);
  const seller = userOf(`${name}/seller`, secret, durationMs / 1_000);
  const api = new Api(urls, buyer);
  const listingId = 1 + Math.floor(Math.random() * LISTINGS);
  const id = await api.create(listingId, seller.id, deadline);
  // Another first one for each side, so that what they say crosses nodes.
  const rotated = [...urls.slice(1), ...urls.slice(0, 1)];
  return new Conversation({ id, users: [buyer, seller], urls: [urls, rotated], api });
}

function talk(conversation: Conversation, side: Side, rate: number, endsAt: number): void {
  const next = (): void => {
    // Between half and one and a half times the period.
    const gap = (1_000 / rate) * (0.5 + Math.random());
    if (Date.now() + gap > endsAt) return;
    setTimeout(() => {
      conversation.say(side);
      next();
    }, gap);
  };
  next();
}

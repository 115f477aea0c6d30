import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Disposer } from '../lib/disposer.ts';
import { RecentMap } from '../lib/recent-map.ts';
import { consume } from './consume.ts';
import { type SharedRate, perWindow } from './rates.ts';
import { TokenBucket, fillMs } from './token-bucket.ts';

/** How often nodes tell each other what they let pass, in milliseconds. */
const SETTLE_MS = 500;

/** Adds to what a key has had on all nodes. @returns 0, or how long it is to be refused, in milliseconds */
export type Charge = (key: string, points: number) => Promise<number>;

interface Entry {
  readonly bucket: TokenBucket;
  /** When the window began in which `passed` is counted. */
  since: number;
  passed: number;
  owed: number;
  /** All nodes together let too much pass. */
  refusedUntil: number;
}

/**
 * A limit of all nodes that is decided here and at once: nothing waits for Redis. Each node has a token bucket of its own for
 * each key. What passes beyond a trickle is added up in Redis twice a second; a key that had too much there is refused until
 * Redis's window ends. So what passes too much is bounded: a node's burst, its trickle, and what half a second lets pass. While Redis is
 * away the buckets are all there is.
 */
export class SharedLimit {
  readonly #rate: SharedRate;
  readonly #entries: RecentMap<Entry>;
  readonly #charge: Charge | undefined;
  readonly #owing = new Map<string, Entry>();

  /** @param charge `undefined`: there are no other nodes */
  constructor(rate: SharedRate, charge: Charge | undefined, disposer: Disposer) {
    this.#rate = rate;
    this.#charge = charge;
    this.#entries = new RecentMap(Math.max(fillMs(rate), rate.windowS * 1_000), newEntry);
    if (charge === undefined) return;
    const timer = setInterval(() => this.settle(), SETTLE_MS);
    disposer.defer(() => clearInterval(timer));
  }

  /** @returns 0 and counts it, or how long to wait, in milliseconds */
  take(key: string, now = performance.now()): number {
    const entry = this.#entries.get(key, now);
    if (entry.refusedUntil > now) return Math.ceil(entry.refusedUntil - now);
    const wait = entry.bucket.take(this.#rate, now);
    if (wait === 0 && this.#charge !== undefined) this.#count(key, entry, now);
    return wait;
  }

  /** Tells what was not told yet. */
  settle(): void {
    for (const [key, entry] of this.#owing) void this.#settle(key, entry);
    this.#owing.clear();
  }

  #count(key: string, entry: Entry, now: number): void {
    if (now - entry.since > this.#rate.windowS * 1_000) {
      entry.since = now;
      entry.passed = 0;
    }
    entry.passed += 1;
    if (entry.passed <= this.#rate.untold) return;
    entry.owed += 1;
    this.#owing.set(key, entry);
  }

  async #settle(key: string, entry: Entry): Promise<void> {
    const points = entry.owed;
    entry.owed = 0;
    // Redis is away: what nobody could be told is forgotten.
    const refusedMs = (await this.#charge?.(key, points).catch(() => 0)) ?? 0;
    if (refusedMs > 0) entry.refusedUntil = performance.now() + refusedMs;
  }
}

const newEntry = (): Entry => ({
  bucket: new TokenBucket(),
  since: 0,
  passed: 0,
  owed: 0,
  refusedUntil: 0,
});

/** @param redis an ioredis client that fails fast */
export function chargeInRedis(redis: object, name: string, rate: SharedRate): Charge {
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `limit:${name}`,
    points: perWindow(rate),
    duration: rate.windowS,
    rejectIfRedisNotReady: true,
  });
  return (key, points) => consume(limiter, key, points);
}

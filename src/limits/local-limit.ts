import { RecentMap } from '../lib/recent-map.ts';
import { type Rate, TokenBucket, fillMs } from './token-bucket.ts';

/** One token bucket for each key, on this node alone; one that is full again takes no memory for long. */
export class LocalLimit {
  readonly #rate: Rate;
  readonly #buckets: RecentMap<TokenBucket>;

  constructor(rate: Rate) {
    this.#rate = rate;
    this.#buckets = new RecentMap(fillMs(rate), () => new TokenBucket());
  }

  /** @returns 0 and counts it, or how long to wait, in milliseconds */
  take(key: string, now = performance.now()): number {
    return this.#buckets.get(key, now).take(this.#rate, now);
  }
}

import type { ConnectionState } from '../../../client/types.ts';

export type BannerView =
  | { readonly kind: 'none' | 'connecting' | 'offline' | 'signedOut' | 'failed' | 'back' }
  | { readonly kind: 'waiting'; readonly seconds: number };

/** What to show, and from when on it is another although the connection is the same. */
export type TimedView = BannerView & { readonly until?: number };

/** Most interruptions are over before anyone would have seen them. */
const PATIENCE_MS = 1_000;
const BACK_MS = 3_000;

/** What there is to say of a connection, without flashing. Times are in milliseconds since 1970. */
export class BannerStory {
  #since: number | undefined;
  #isShown = false;
  #wasLive = false;
  #backUntil = 0;

  view(state: ConnectionState, now: number): TimedView {
    switch (state.status) {
      case 'idle':
        return { kind: 'none' };
      case 'live':
        return this.#live(now);
      case 'offline':
        return this.#show({ kind: 'offline' }, now);
      case 'failed':
        return this.#show({ kind: isSignedOut(state.error.code) ? 'signedOut' : 'failed' }, now);
      case 'closed':
        return this.#showLater({ kind: 'failed' }, now);
      case 'connecting':
        return this.#showLater({ kind: 'connecting' }, now);
      case 'waiting':
        return this.#showLater(countdown(state.retryAt, now), now);
    }
  }

  #live(now: number): TimedView {
    if (this.#isShown && this.#wasLive) this.#backUntil = now + BACK_MS;
    this.#isShown = false;
    this.#wasLive = true;
    this.#since = undefined;
    return now < this.#backUntil ? { kind: 'back', until: this.#backUntil } : { kind: 'none' };
  }

  #show(view: TimedView, now: number): TimedView {
    this.#since ??= now;
    this.#isShown = true;
    return view;
  }

  #showLater(view: TimedView, now: number): TimedView {
    const from = (this.#since ??= now) + PATIENCE_MS;
    return this.#isShown || now >= from ? this.#show(view, now) : { kind: 'none', until: from };
  }
}

const countdown = (retryAt: number, now: number): TimedView => {
  const seconds = Math.ceil((retryAt - now) / 1000);
  return seconds > 0
    ? { kind: 'waiting', seconds, until: retryAt - (seconds - 1) * 1000 }
    : { kind: 'connecting' };
};

const isSignedOut = (code: string): boolean =>
  code === 'unauthenticated' || code === 'invalid_token';

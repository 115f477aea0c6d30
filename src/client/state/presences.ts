import type { Presence } from '../types.ts';
import { keep } from './messages.ts';

const UNKNOWN: Presence = { online: false, lastSeenAt: null };

/**
 * Who is here. From the moment that the connection is up the server tells of everybody who is; before, and while it is down, nobody is
 * shown as online. Moments are counted, so that what was read over REST is not taken for newer than what came meanwhile.
 */
export class Presences {
  /** Counts what happened. */
  moment = 0;
  /** Of whom something was told, until somebody looks. */
  readonly changed = new Set<string>();
  /** When the connection came up. */
  #upSince = Infinity;
  readonly #known = new Map<string, { readonly at: number; readonly told: Presence }>();
  readonly #shown = new Map<string, Presence>();

  /** Everybody is away until told otherwise. */
  up(): void {
    this.#upSince = this.next();
  }

  /** @param heardAt until then whoever was here was so, as far as one can tell; milliseconds since 1970 */
  down(heardAt: number): void {
    const lastSeenAt = new Date(heardAt).toISOString();
    for (const [userId, { at, told }] of this.#known)
      if (told.online && at >= this.#upSince)
        this.#known.set(userId, { at, told: { online: false, lastSeenAt } });
    this.#upSince = Infinity;
  }

  next(): number {
    this.moment += 1;
    return this.moment;
  }

  /** @param at the moment when that was so; when it was asked for, when that is what is known */
  tell(userId: string, { online, lastSeenAt }: Presence, at = this.next()): void {
    if ((this.#known.get(userId)?.at ?? 0) > at) return;
    this.#known.set(userId, { at, told: { online, lastSeenAt } });
    this.changed.add(userId);
  }

  /** The same object as long as it says the same. */
  of(userId: string): Presence {
    const { at, told } = this.#known.get(userId) ?? { at: 0, told: UNKNOWN };
    const now = told.online && at < this.#upSince ? { ...told, online: false } : told;
    const shown = keep(this.#shown.get(userId), now);
    this.#shown.set(userId, shown);
    return shown;
  }
}

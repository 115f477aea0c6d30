import { TYPING_INTERVAL_MS } from '../protocol/limits.ts';

/** Which `typing` is passed on: one of a user in a conversation in {@link TYPING_INTERVAL_MS}. */
export class TypingLimit {
  /** When it was last passed on, by user and conversation. */
  readonly #typedAt = new Map<string, number>();

  passes(userId: string, conversationId: string): boolean {
    const at = performance.now();
    const who = `${userId} ${conversationId}`;
    if (at - (this.#typedAt.get(who) ?? -Infinity) < TYPING_INTERVAL_MS) return false;
    this.#typedAt.set(who, at);
    return true;
  }

  /** Call it now and then. */
  forgetOld(): void {
    const old = performance.now() - TYPING_INTERVAL_MS;
    for (const [who, at] of this.#typedAt) if (at < old) this.#typedAt.delete(who);
  }
}

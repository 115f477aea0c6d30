import { within } from '../async/sleep.ts';
import type { Vault } from '../storage/vault.ts';
import type { Chat } from './chat.ts';
import { draftKey, type Entry } from './entry.ts';

/** How long reading the storage may hold up what is sent, in milliseconds. */
export const STORAGE_MS = 3_000;

/**
 * What other tabs left unsent: messages and drafts. A tab holds a Web Lock while it lives: who is given that of another one knows
 * that it is gone. Where there are no Web Locks all are taken over; then several may send the same message, and the server stores it once.
 */
export class Tabs {
  /** Others may take over what there is, now that all of it is written. */
  leave = (): void => undefined;
  readonly #tabId: string;
  readonly #vault: Vault;
  readonly #chat: Chat;
  readonly #closed: AbortSignal;
  readonly #seen = new Set<string>();
  readonly #locks: LockManager | undefined = (globalThis as Partial<typeof globalThis>).navigator
    ?.locks;

  constructor(tabId: string, vault: Vault, chat: Chat, closed: AbortSignal) {
    this.#tabId = tabId;
    this.#vault = vault;
    this.#chat = chat;
    this.#closed = closed;
    this.#seen.add(tabId);
    // Before other tabs are told of this one: who is first given its lock takes it for gone.
    const left = new Promise<void>((resolve) => (this.leave = resolve));
    void this.#withLock(this.#tabId, { signal: this.#closed }, () => left);
  }

  /** Takes over at once what can be: after a reload that is one's own. */
  async start(): Promise<void> {
    await within(STORAGE_MS, this.#adoptAll());
    this.#chat.outbox.allow({ overtake: true });
  }

  /** Takes over what that tab leaves, once it is gone. */
  wait(tabId: string): void {
    if (this.#seen.has(tabId)) return;
    this.#seen.add(tabId);
    if (this.#locks) void this.#withLock(tabId, { signal: this.#closed }, () => this.#adopt(tabId));
  }

  async #adoptAll(): Promise<void> {
    const stored = await this.#vault.entries('');
    const tabIds = new Set(stored.map(([key]) => key.split('/')[0] ?? ''));
    tabIds.delete(this.#tabId);
    await Promise.all(
      Array.from(tabIds, (tabId) =>
        this.#withLock(tabId, { ifAvailable: true }, (isFree) =>
          isFree ? this.#adopt(tabId) : Promise.resolve(this.wait(tabId)),
        ),
      ),
    );
  }

  /** Read again: it may have been sent while the lock was waited for. */
  async #adopt(tabId: string): Promise<void> {
    const stored = await this.#vault.entries(`${tabId}/`);
    if (this.#closed.aborted) return;
    const draft = draftKey(tabId, '');
    const taken = stored.filter(
      ([key, value]) =>
        !key.startsWith(draft) || this.#chat.takeDraft(key.slice(draft.length), String(value)),
    );
    const values = stored.map(([, value]) => value as Entry | null);
    // Another version may have written something else.
    this.#chat.outbox.adopt(
      values.filter((entry): entry is Entry => typeof entry?.content === 'string' && entry.at > 0),
    );
    this.#chat.publish();
    // Never nowhere, should this page end now.
    await this.#vault.settle();
    for (const [key] of taken) this.#vault.set(key, undefined);
    await this.#vault.settle();
  }

  async #withLock(
    tabId: string,
    options: LockOptions,
    work: (isFree: boolean) => Promise<void>,
  ): Promise<void> {
    try {
      if (this.#locks)
        await this.#locks.request(`parley-tab:${tabId}`, options, (lock) => work(lock !== null));
      else await work(true);
    } catch {
      // Closed, or a page that may not have locks.
    }
  }
}

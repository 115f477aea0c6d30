import type { Link } from '../link.ts';
import { Timer } from '../async/timer.ts';
import type { Vault } from '../storage/vault.ts';
import type { Cancellable, Observable, StoredMessage, Thread, ThreadState } from '../types.ts';
import { checkContent } from './check-content.ts';
import { draftKey } from './entry.ts';
import type { Loader } from './loader.ts';
import type { Outbox } from './outbox.ts';
import type { Room } from './room.ts';

/** The other party is typing for so long after it was said last, in milliseconds. */
const TYPING_MS = 5_000;
/** It is said no more often, in milliseconds. */
const TYPING_INTERVAL_MS = 2_000;

export interface ThreadParts {
  readonly room: Room;
  readonly loader: Loader;
  readonly link: Link;
  readonly vault: Vault;
  readonly tabId: string;
  readonly outbox: Outbox;
  readonly publish: () => void;
  readonly closed: AbortSignal;
}

export class RoomThread implements Thread {
  readonly conversationId: string;
  readonly state: Observable<ThreadState>;
  readonly #parts: ThreadParts;
  #typedAt = -Infinity;
  readonly #typing = new Timer();

  constructor(parts: ThreadParts) {
    this.#parts = parts;
    this.conversationId = parts.room.id;
    this.state = parts.room.state;
  }

  load({ signal }: Cancellable = {}): Promise<void> {
    return this.#parts.loader.load(signal);
  }

  loadOlder({ signal }: Cancellable = {}): Promise<void> {
    return this.#parts.loader.loadOlder(signal);
  }

  send(content: string, { signal }: Cancellable = {}): Promise<StoredMessage> {
    const sent = this.#send(content, signal);
    // Whoever is not interested need not catch; and an abort may have taken it back.
    sent.catch(() => this.#parts.publish());
    return sent;
  }

  retry(clientMessageId: string): void {
    this.#parts.outbox.retry(this.conversationId, clientMessageId);
    this.#parts.publish();
  }

  discard(clientMessageId: string): void {
    this.#parts.outbox.discard(this.conversationId, clientMessageId);
    this.#parts.publish();
  }

  markRead(): void {
    if (!this.#parts.room.markRead()) return;
    this.tellRead();
    this.#parts.publish();
  }

  /** Says again what is read, until that is confirmed. */
  tellRead(): void {
    const { room, link } = this.#parts;
    const { conversationId } = this;
    if (room.toRead) link.send({ type: 'mark_read', conversationId, messageId: room.toRead.id });
  }

  typing(): void {
    const now = performance.now();
    if (now - this.#typedAt < TYPING_INTERVAL_MS) return;
    const { conversationId } = this;
    if (this.#parts.link.send({ type: 'typing', conversationId })) this.#typedAt = now;
  }

  setDraft(text: string): void {
    const { room, vault, tabId, publish } = this.#parts;
    room.draft = text;
    vault.set(draftKey(tabId, room.id), text || undefined);
    publish();
  }

  /** The other party is. */
  onTyping(): void {
    const { room, publish } = this.#parts;
    room.isTyping = true;
    publish();
    this.#typing.set(TYPING_MS, () => this.stopTyping());
  }

  /** Nobody has said lately that the other party is, or can say it. */
  stopTyping(): void {
    const { room, publish } = this.#parts;
    this.#typing.clear();
    if (!room.isTyping) return;
    room.isTyping = false;
    publish();
  }

  async #send(content: string, signal?: AbortSignal): Promise<StoredMessage> {
    this.#parts.closed.throwIfAborted();
    signal?.throwIfAborted();
    checkContent(content);
    const sent = this.#parts.outbox.send(this.conversationId, content, signal);
    this.#parts.publish();
    return sent;
  }
}

import { loadOnUse } from '../load-on-use.ts';
import type { Link } from '../link.ts';
import type { Rest } from '../rest/rest.ts';
import { Timer } from '../async/timer.ts';
import type { Vault } from '../storage/vault.ts';
import type {
  Cancellable,
  Observable,
  SendOptions,
  StoredMessage,
  Thread,
  ThreadState,
} from '../types.ts';
import type { Uploads } from '../upload/uploads.ts';
import type { Amendments } from './amendments.ts';
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
  readonly rest: Rest;
  readonly vault: Vault;
  readonly tabId: string;
  readonly outbox: Outbox;
  readonly uploads: Uploads;
  readonly publish: () => void;
  readonly closed: AbortSignal;
}

export class RoomThread implements Thread {
  readonly conversationId: string;
  readonly state: Observable<ThreadState>;
  readonly edit = this.#amend('edit');
  readonly delete = this.#amend('delete');
  readonly addReaction = this.#amend('addReaction');
  readonly removeReaction = this.#amend('removeReaction');
  readonly refreshAttachments = this.#amend('refreshAttachments');
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

  send(content: string, options: SendOptions = {}): Promise<StoredMessage> {
    const sent = this.#send(content, options);
    // Whoever is not interested need not catch; and an abort may have taken it back.
    sent.catch(() => this.#parts.publish());
    return sent;
  }

  upload(file: Blob, name?: string): string {
    return this.#parts.uploads.add(this.#parts.room, file, name);
  }

  retryUpload(key: string): void {
    this.#parts.uploads.retry(this.#parts.room, key);
  }

  cancelUpload(key: string): void {
    this.#parts.uploads.cancel(this.#parts.room, key);
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

  async #send(content: string, { signal, uploads = [] }: SendOptions): Promise<StoredMessage> {
    const { room, outbox, publish, closed } = this.#parts;
    closed.throwIfAborted();
    signal?.throwIfAborted();
    if (content || uploads.length === 0) checkContent(content);
    const attachments = this.#parts.uploads.take(room, uploads);
    const sent = outbox.send({ conversationId: room.id, content, attachments }, signal);
    publish();
    return sent;
  }

  /** That method of what is loaded on use. */
  #amend<K extends keyof Amendments>(name: K): Amendments[K] {
    const amend = async (...args: [never, never, never]): Promise<void> => {
      const { Amendments: Loaded } = await loadOnUse();
      await new Loaded(this.#parts)[name](...args);
    };
    return amend as Amendments[K];
  }
}

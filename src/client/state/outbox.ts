import { ParleyError } from '../errors.ts';
import type { ConversationFrame, Link } from '../link.ts';
import type { FailedMessage, SendingMessage, StoredMessage } from '../types.ts';
import type { Vault } from '../storage/vault.ts';
import { abortable } from '../async/abortable.ts';
import { backoffMs } from '../async/backoff.ts';
import { type Entry, type Said, entryKey, toMessage } from './entry.ts';
import { newId } from './new-id.ts';

/** How long an answer may take, in milliseconds. */
const ANSWER_MS = 15_000;

interface Item {
  entry: Entry;
  message: SendingMessage | FailedMessage;
  /** Until an answer is due, or the next attempt. */
  timer?: ReturnType<typeof setTimeout> | undefined;
  attempts: number;
  readonly waiting: {
    resolve: (message: StoredMessage) => void;
    reject: (error: unknown) => void;
  }[];
}

export interface OutboxParts {
  readonly link: Link;
  readonly vault: Vault;
  readonly tabId: string;
  readonly me: () => string | undefined;
  /** Whether the server is known to have it. */
  readonly isStored: (conversationId: string, clientMessageId: string) => boolean;
  /** The unsent messages of a conversation are others now. */
  readonly onChange: (
    conversationId: string,
    pending: readonly (SendingMessage | FailedMessage)[],
  ) => void;
}

/** What is not confirmed. Of each conversation one message is on its way at a time, so that they keep their order. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #queues = new Map<string, Item[]>();
  /** Whether frames can be sent, and what was stored has been read: that goes first. */
  readonly #may = { send: false, overtake: false };
  #last = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  send(said: Said, signal?: AbortSignal): Promise<StoredMessage> {
    const { conversationId } = said;
    const item = this.#add({ ...said, clientMessageId: newId(), at: this.#now() });
    const sent = new Promise<StoredMessage>((resolve, reject) => {
      item.waiting.push({ resolve, reject });
    });
    this.#save(item);
    this.#changed(conversationId);
    return abortable(sent, signal).catch((error: unknown) => {
      if (signal?.aborted && item.attempts === 0)
        this.discard(conversationId, item.entry.clientMessageId);
      throw error;
    });
  }

  retry(conversationId: string, clientMessageId: string): void {
    const item = this.#find(clientMessageId);
    if (item?.message.status !== 'failed') return;
    // It goes now, after what was sent before.
    const { error: _, ...entry } = item.entry;
    this.#save(this.#add({ ...entry, at: this.#now() }));
    this.#remove(item);
    this.#changed(conversationId);
  }

  discard(conversationId: string, clientMessageId: string): void {
    const item = this.#find(clientMessageId);
    if (!item) return;
    this.#remove(item);
    for (const { reject } of item.waiting)
      reject(new ParleyError('closed', 'the message was discarded'));
    this.#changed(conversationId);
  }

  /** @returns whether it was one of these */
  confirm(message: StoredMessage): boolean {
    const { conversationId, clientMessageId } = message;
    const item = this.#find(clientMessageId);
    if (!item) return false;
    this.#remove(item);
    for (const { resolve } of item.waiting) resolve(message);
    this.#changed(conversationId);
    return true;
  }

  refuse(frame: Extract<ConversationFrame, { type: 'error' }>): void {
    const { clientMessageId, code, error, retryAfterMs = 0 } = frame;
    const item = this.#find(clientMessageId);
    if (!item || item.message.status === 'failed') return;
    clearTimeout(item.timer);
    if (code === 'rate_limited' || code === 'unavailable') {
      // Those of other conversations wait too: not all at the same moment.
      item.timer = this.#later(item, retryAfterMs + backoffMs(item.attempts));
      return;
    }
    item.entry = { ...item.entry, error: { code, message: error } };
    item.message = this.#message(item.entry);
    this.#save(item);
    for (const { reject } of item.waiting.splice(0)) reject(new ParleyError(code, error));
    this.#changed(item.entry.conversationId);
  }

  /** Takes over what was stored. */
  adopt(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#last = Math.max(this.#last, entry.at);
      const { conversationId, clientMessageId } = entry;
      if (this.#find(clientMessageId)) continue;
      if (!this.#parts.isStored(conversationId, clientMessageId)) this.#save(this.#add(entry));
    }
    for (const id of new Set(entries.map((entry) => entry.conversationId))) this.#changed(id);
  }

  allow(may: { send?: boolean; overtake?: boolean }): void {
    Object.assign(this.#may, may);
    for (const queue of this.#queues.values()) {
      for (const item of queue) {
        clearTimeout(item.timer);
        item.timer = undefined;
      }
      this.#pump(queue);
    }
  }

  /** One's own id has become known. */
  rename(): void {
    for (const [id, queue] of this.#queues) {
      for (const item of queue) item.message = this.#message(item.entry);
      this.#changed(id);
    }
  }

  close(error: ParleyError): void {
    this.allow({ send: false });
    for (const { waiting } of [...this.#queues.values()].flat())
      for (const { reject } of waiting) reject(error);
  }

  #add(entry: Entry): Item {
    const { conversationId, at } = entry;
    const queue = this.#queues.get(conversationId) ?? [];
    this.#queues.set(conversationId, queue);
    const item: Item = { entry, message: this.#message(entry), attempts: 0, waiting: [] };
    const after = queue.findLastIndex((other) => other.entry.at < at);
    queue.splice(after + 1, 0, item);
    return item;
  }

  #remove(item: Item): void {
    clearTimeout(item.timer);
    const queue = this.#queues.get(item.entry.conversationId) ?? [];
    queue.splice(queue.indexOf(item), 1);
    this.#parts.vault.set(this.#key(item), undefined);
  }

  #changed(conversationId: string): void {
    const queue = this.#queues.get(conversationId) ?? [];
    this.#parts.onChange(
      conversationId,
      queue.map(({ message }) => message),
    );
    this.#pump(queue);
  }

  #pump(queue: readonly Item[]): void {
    const item = queue.find(({ message }) => message.status === 'sending');
    if (!item || item.timer !== undefined || !this.#may.send || !this.#may.overtake) return;
    const { conversationId, clientMessageId, content, attachments = [] } = item.entry;
    const frame = { type: 'send_message', conversationId, clientMessageId, content } as const;
    const attachmentIds = attachments.map(({ id }) => id);
    if (!this.#parts.link.send(attachmentIds.length > 0 ? { ...frame, attachmentIds } : frame))
      return;
    item.attempts += 1;
    item.timer = this.#later(item, ANSWER_MS);
  }

  #later(item: Item, ms: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      item.timer = undefined;
      this.#pump(this.#queues.get(item.entry.conversationId) ?? []);
    }, ms);
  }

  #find(clientMessageId = ''): Item | undefined {
    return [...this.#queues.values()]
      .flat()
      .find(({ entry }) => entry.clientMessageId === clientMessageId);
  }

  #message(entry: Entry): Item['message'] {
    return toMessage(entry, this.#parts.me() ?? '');
  }

  #now(): number {
    return (this.#last = Math.max(Date.now(), this.#last + 1));
  }

  #save(item: Item): void {
    this.#parts.vault.set(this.#key(item), item.entry);
  }

  #key({ entry }: Item): string {
    return entryKey(this.#parts.tabId, entry);
  }
}

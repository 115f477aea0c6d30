import { randomUUID } from 'node:crypto';
import type { Conversation, HistoryMessage, WireMessage } from '../../../protocol/resources.ts';
import type { Change, MessageChange } from '../changes.ts';
import { FakeAccount } from './fake-account.ts';
import { FakeFiles } from './fake-files.ts';

export const ME = '00000000-0000-4000-8000-00000000000a';
export const OTHER = '00000000-0000-4000-8000-00000000000b';

interface Stored {
  readonly id: string;
  readonly listingId: number;
  readonly createdAt: string;
  readonly changes: Change[];
  readonly messages: HistoryMessage[];
  /** What each message said first, by its id. */
  readonly said: Map<string, string>;
}

interface Answer {
  readonly status: number;
  readonly body: object | undefined;
}

/** What the server would store and answer, in memory. Both parties' and nobody else's. */
export class FakeServer {
  readonly stored = new Map<string, Stored>();
  readonly files = new FakeFiles();
  readonly account = new FakeAccount();
  readonly requests: string[] = [];
  /** What a request gets instead of its answer. */
  fail: (path: string) => Answer | 'network' | undefined = () => undefined;
  /** How long an answer is on its way, after it was made. */
  delayMs: () => number = () => 0;
  /** Of the other party, and whether this one has muted a conversation: as lists say it. */
  presence: Conversation['presence'];
  readonly muted = new Map<string, NonNullable<Conversation['muted']>>();
  /** Is told what REST has changed. */
  onChange: (change: Change) => void = () => undefined;
  #clock = Date.parse('2026-01-01T00:00:00Z');

  create(listingId: number): string {
    const id = randomUUID();
    const createdAt = this.#now();
    const said = new Map<string, string>();
    this.stored.set(id, { id, listingId, createdAt, changes: [], messages: [], said });
    return id;
  }

  of(id: string): Stored {
    const stored = this.stored.get(id);
    if (!stored) throw new Error('no such conversation');
    return stored;
  }

  /** @returns the new_message of the original, as it is now, when it is a repeat */
  send(
    id: string,
    senderId: string,
    content: string,
    clientMessageId?: string,
    attachmentIds?: readonly string[],
  ): Change {
    const { changes, messages, said } = this.of(id);
    const repeated = messages.find(
      (each) => each.senderId === senderId && each.clientMessageId === clientMessageId,
    );
    const original = repeated && clientMessageId && changes[repeated.seq - 1];
    if (original) return this.replayed(original);
    const message: HistoryMessage = {
      id: randomUUID(),
      senderId,
      content,
      createdAt: this.#now(),
      readAt: null,
      seq: changes.length + 1,
      ...(clientMessageId === undefined ? {} : { clientMessageId }),
      ...(attachmentIds && { attachments: attachmentIds.map((each) => this.files.show(each)) }),
    };
    messages.push(message);
    said.set(message.id, content);
    return this.#made({
      type: 'new_message',
      conversationId: id,
      message: toWire(message),
      seq: message.seq,
      timestamp: message.createdAt,
    });
  }

  read(id: string, userId: string, messageId: string): Change | undefined {
    const { messages } = this.of(id);
    const upTo = messages.findIndex((message) => message.id === messageId);
    const unread = messages.filter(
      (message, i) => i <= upTo && message.senderId !== userId && message.readAt === null,
    );
    if (unread.length === 0) return undefined;
    const about = this.#about(id);
    for (const message of unread) message.readAt = about.timestamp;
    return this.#made({ type: 'read_receipt', ...about, userId, messageId });
  }

  edit(id: string, messageId: string, content: string): MessageChange | undefined {
    const message = this.message(id, messageId);
    if (message.deletedAt || message.content === content) return undefined;
    const about = this.#about(id);
    message.content = content;
    message.editedAt = about.timestamp;
    return this.#made({ type: 'message_edited', ...about, message: toWire(message) });
  }

  delete(id: string, messageId: string): MessageChange | undefined {
    const message = this.message(id, messageId);
    if (message.deletedAt) return undefined;
    const about = this.#about(id);
    message.content = '';
    message.deletedAt = about.timestamp;
    delete message.editedAt;
    delete message.reactions;
    delete message.attachments;
    return this.#made({ type: 'message_deleted', ...about, messageId, message: toWire(message) });
  }

  react(
    id: string,
    userId: string,
    messageId: string,
    emoji: string,
    isAdded: boolean,
  ): MessageChange | undefined {
    const message = this.message(id, messageId);
    const before = message.reactions ?? [];
    const known = before.find((each) => each.emoji === emoji)?.userIds ?? [];
    if (message.deletedAt || known.includes(userId) === isAdded) return undefined;
    const userIds = isAdded ? [...known, userId] : known.filter((each) => each !== userId);
    const now = { emoji, count: userIds.length, userIds };
    const reactions =
      known.length > 0
        ? before.map((each) => (each.emoji === emoji ? now : each))
        : [...before, now];
    message.reactions = reactions.filter(({ count }) => count > 0);
    const type = isAdded ? 'reaction_added' : 'reaction_removed';
    return this.#made({ type, ...this.#about(id), messageId, userId, emoji });
  }

  message(id: string, messageId: string): HistoryMessage {
    const found = this.of(id).messages.find((each) => each.id === messageId);
    if (!found) throw new Error('no such message');
    return found;
  }

  /** As it is told again: messages as they are now. */
  replayed<T extends Change>(change: T): T {
    if (change.type !== 'new_message' && change.type !== 'message_edited') return change;
    const message = toWire(this.message(change.conversationId, change.message.id));
    return { ...change, message };
  }

  conversation(id: string): Conversation {
    const { listingId, createdAt, changes, messages } = this.of(id);
    const last = messages.at(-1);
    return {
      id,
      listingId,
      buyerId: ME,
      sellerId: OTHER,
      createdAt,
      lastMessageAt: last?.createdAt ?? null,
      lastMessage: last ? { ...last } : null,
      unreadCount: messages.filter(
        (each) => each.senderId === OTHER && each.readAt === null && !each.deletedAt,
      ).length,
      seq: changes.length,
      ...(this.presence && { presence: this.presence }),
      ...(this.muted.has(id) && { muted: this.muted.get(id) }),
    };
  }

  readonly fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
    const { pathname: full, search, searchParams } = new URL(url as string);
    // It may be served under a path.
    const pathname = full.slice(full.indexOf('/api/'));
    this.requests.push(full + search);
    init?.signal?.throwIfAborted();
    const failure = this.fail(pathname);
    const answer = failure ?? (await this.#answer(pathname, searchParams, init));
    const delayMs = this.delayMs();
    if (delayMs > 0)
      await new Promise((resolve, reject) => {
        setTimeout(resolve, delayMs);
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    if (answer === 'network') throw new TypeError('fetch failed');
    if (answer.body === undefined) return new Response(null, { status: answer.status });
    return Response.json(answer.body, { status: answer.status });
  };

  #answer(path: string, query: URLSearchParams, init: RequestInit = {}): Answer | Promise<Answer> {
    const [, , area, id, what, messageId, ...rest] = path.split('/');
    const limit = Number(query.get('limit'));
    const account = this.account.answer(area, init);
    if (account) return account;
    if (what === 'mute' && id) return this.#mute(id, init);
    if (area === 'attachments') return this.files.receive(what ?? '', init);
    if (what === 'attachments' && id) return this.files.answer(id, path, init);
    if (messageId && id)
      return this.#change(id, messageId, decodeURIComponent(rest[1] ?? ''), init);
    if (init.method === 'POST') {
      const { listingId } = JSON.parse(init.body as string) as { listingId: number };
      const found = [...this.stored.values()].find((each) => each.listingId === listingId);
      return { status: 201, body: this.conversation(found?.id ?? this.create(listingId)) };
    }
    if (id === undefined) {
      const all = Array.from(this.stored.keys(), (each) => this.conversation(each)).toSorted(
        (a, b) => ((a.lastMessageAt ?? a.createdAt) < (b.lastMessageAt ?? b.createdAt) ? 1 : -1),
      );
      const from = Number(query.get('cursor') ?? 0);
      const conversations = all.slice(from, from + limit);
      const nextCursor = from + limit < all.length ? String(from + limit) : null;
      return { status: 200, body: { conversations, nextCursor } };
    }
    if (!this.stored.has(id)) return { status: 403, body: { code: 'not_authorized' } };
    if (what === undefined) return { status: 200, body: this.conversation(id) };
    return { status: 200, body: this.#page(id, query, limit) };
  }

  #page(id: string, query: URLSearchParams, limit: number) {
    const after = query.get('after');
    const before = Number(query.get('before') ?? Infinity);
    const found = this.of(id).messages.filter(
      ({ seq }) => seq < before && seq > Number(after ?? 0),
    );
    const messages = (after === null ? found.slice(-limit) : found.slice(0, limit))
      .toReversed()
      .map((message) => ({ ...message }));
    const nextCursor = found.length > limit ? String(messages.at(-1)?.seq) : null;
    return { messages, nextCursor };
  }

  #mute(id: string, { method, body }: RequestInit): Answer {
    if (method === 'DELETE') this.muted.delete(id);
    else this.muted.set(id, JSON.parse(body as string) as { until: string | null });
    return { status: 200, body: { conversationId: id, muted: this.muted.get(id) ?? null } };
  }

  /** This user edits, deletes or reacts. */
  #change(id: string, messageId: string, emoji: string, { method, body }: RequestInit): Answer {
    const before = { ...this.message(id, messageId) };
    if (method !== 'DELETE' && before.deletedAt)
      return { status: 409, body: { code: 'conflict', detail: 'the message was deleted' } };
    if (!emoji && before.senderId !== ME)
      return { status: 400, body: { code: 'invalid_message', detail: 'not your own' } };
    let change: MessageChange | undefined;
    if (emoji) change = this.react(id, ME, messageId, emoji, method === 'PUT');
    else if (method === 'DELETE') change = this.delete(id, messageId);
    else {
      const { content } = JSON.parse(body as string) as { content: string };
      change = this.edit(id, messageId, content);
    }
    if (change) this.onChange(change);
    return {
      status: 200,
      body: { conversationId: id, message: { ...this.message(id, messageId) } },
    };
  }

  #about(id: string): { conversationId: string; seq: number; timestamp: string } {
    return { conversationId: id, seq: this.of(id).changes.length + 1, timestamp: this.#now() };
  }

  #made<T extends Change>(change: T): T {
    this.of(change.conversationId).changes.push(change);
    return change;
  }

  /** Each later than the one before. */
  #now(): string {
    this.#clock += 1_000;
    return new Date(this.#clock).toISOString();
  }
}

function toWire(message: HistoryMessage): WireMessage {
  const { readAt: _, seq: __, ...wire } = message;
  return wire;
}

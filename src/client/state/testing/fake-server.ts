import { randomUUID } from 'node:crypto';
import type { Conversation, HistoryMessage } from '../../../protocol/resources.ts';
import type { Change } from '../room.ts';

export const ME = '00000000-0000-4000-8000-00000000000a';
export const OTHER = '00000000-0000-4000-8000-00000000000b';

interface Stored {
  readonly id: string;
  readonly listingId: number;
  readonly createdAt: string;
  readonly changes: Change[];
  readonly messages: HistoryMessage[];
}

/** What the server would store and answer, in memory. Both parties' and nobody else's. */
export class FakeServer {
  readonly stored = new Map<string, Stored>();
  readonly requests: string[] = [];
  /** What a request gets instead of its answer. */
  fail: (path: string) => { status: number; body: object } | 'network' | undefined = () =>
    undefined;
  /** How long an answer is on its way, after it was made. */
  delayMs: () => number = () => 0;
  #clock = Date.parse('2026-01-01T00:00:00Z');

  create(listingId: number): string {
    const id = randomUUID();
    const createdAt = this.#now();
    this.stored.set(id, { id, listingId, createdAt, changes: [], messages: [] });
    return id;
  }

  of(id: string): Stored {
    const stored = this.stored.get(id);
    if (!stored) throw new Error('no such conversation');
    return stored;
  }

  /** @returns the new_message of the original when it is a repeat */
  send(id: string, senderId: string, content: string, clientMessageId?: string): Change {
    const { changes, messages } = this.of(id);
    const repeated = messages.find(
      (each) => each.senderId === senderId && each.clientMessageId === clientMessageId,
    );
    const original = repeated && clientMessageId && changes[repeated.seq - 1];
    if (original) return original;
    const message: HistoryMessage = {
      id: randomUUID(),
      senderId,
      content,
      createdAt: this.#now(),
      readAt: null,
      seq: changes.length + 1,
      ...(clientMessageId === undefined ? {} : { clientMessageId }),
    };
    messages.push(message);
    const { readAt: _, seq, ...wire } = message;
    const { createdAt: timestamp } = message;
    const change: Change = {
      type: 'new_message',
      conversationId: id,
      message: wire,
      seq,
      timestamp,
    };
    changes.push(change);
    return change;
  }

  read(id: string, userId: string, messageId: string): Change | undefined {
    const { changes, messages } = this.of(id);
    const upTo = messages.findIndex((message) => message.id === messageId);
    const unread = messages.filter(
      (message, i) => i <= upTo && message.senderId !== userId && message.readAt === null,
    );
    if (unread.length === 0) return undefined;
    const timestamp = this.#now();
    for (const message of unread) message.readAt = timestamp;
    const change: Change = {
      type: 'read_receipt',
      conversationId: id,
      userId,
      messageId,
      seq: changes.length + 1,
      timestamp,
    };
    changes.push(change);
    return change;
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
      unreadCount: messages.filter((each) => each.senderId === OTHER && each.readAt === null)
        .length,
      seq: changes.length,
    };
  }

  readonly fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
    const { pathname, search, searchParams } = new URL(url as string);
    this.requests.push(pathname + search);
    init?.signal?.throwIfAborted();
    const failure = this.fail(pathname);
    const answer = failure ?? this.#answer(pathname, searchParams, init);
    const delayMs = this.delayMs();
    if (delayMs > 0)
      await new Promise((resolve, reject) => {
        setTimeout(resolve, delayMs);
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    if (answer === 'network') throw new TypeError('fetch failed');
    return Response.json(answer.body, { status: answer.status });
  };

  #answer(path: string, query: URLSearchParams, init?: RequestInit) {
    const [, , , id, what] = path.split('/');
    const limit = Number(query.get('limit'));
    if (init?.method === 'POST') {
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
    const before = Number(query.get('before') ?? Infinity);
    const found = this.of(id).messages.filter(({ seq }) => seq < before);
    const messages = found
      .slice(-limit)
      .toReversed()
      .map((message) => ({ ...message }));
    const nextCursor = found.length > limit ? String(messages.at(-1)?.seq) : null;
    return { status: 200, body: { messages, nextCursor } };
  }

  /** Each later than the one before. */
  #now(): string {
    this.#clock += 1_000;
    return new Date(this.#clock).toISOString();
  }
}

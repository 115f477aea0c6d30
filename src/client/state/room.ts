import type { Conversation, HistoryMessage } from '../../protocol/resources.ts';
import { Subject } from '../observable.ts';
import type {
  ConversationSummary,
  FailedMessage,
  Loading,
  Message,
  SendingMessage,
  StoredMessage,
  ThreadState,
  Upload,
} from '../types.ts';
import {
  type Arrival,
  type Change,
  type MessageChange,
  changed,
  idOf,
  isArrival,
} from './changes.ts';
import { History } from './history.ts';
import { keep, renew, toStored } from './messages.ts';
import { Muting } from './muting.ts';
import type { Presences } from './presences.ts';
import { Recent } from './recent.ts';

export interface RoomParts {
  readonly me: () => string | undefined;
  /** Of the server. */
  readonly url: string;
  readonly presences: Presences;
  /** Something else is to be told now. */
  readonly onChange: (room: Room) => void;
}

/**
 * One conversation, as far as it is known. Changes are applied in the order of their seq and once each, in whatever order
 * they come: `base.seq` is the last one, and those that are ahead of a hole wait.
 */
export class Room {
  readonly id: string;
  history: History;
  readonly state: Subject<ThreadState>;
  /** `undefined`: nothing is known but its id. */
  base: Omit<Conversation, 'lastMessage' | 'presence' | 'muted'> | undefined;
  last: StoredMessage | null = null;
  pending: readonly (SendingMessage | FailedMessage)[] = [];
  isTyping = false;
  /** `undefined`: nobody has written one here, nor has it been read. */
  draft: string | undefined;
  uploads: readonly Upload[] = [];
  /** Whether its messages are wanted too. */
  isWanted = false;
  loading: Loading = IDLE;
  loadingOlder: Loading = IDLE;
  /** What is said to be read, until the server has confirmed it. */
  toRead: StoredMessage | undefined;
  /** Something may have been missed. */
  isStale = false;
  /** What there is at least. */
  target = 0;
  /** How often `seq` has gone on without the changes between. */
  jumps = 0;
  readonly muting = new Muting(() => this.#parts.onChange(this));
  readonly ahead = new Map<number, Change>();
  readonly recent = new Recent();
  /** As it was published. */
  summary: ConversationSummary | undefined;
  #shown: readonly [readonly Message[], readonly Message[]] = [[], []];
  readonly #parts: RoomParts;

  constructor(id: string, parts: RoomParts) {
    this.id = id;
    this.#parts = parts;
    this.history = new History(this.isOwn);
    this.state = new Subject(this.#thread([]));
  }

  readonly isOwn = ({ senderId }: { readonly senderId: string }): boolean =>
    senderId === this.#parts.me();

  get seq(): number {
    return this.base?.seq ?? 0;
  }

  /** Whether there is more to know than is known here. */
  get isBehind(): boolean {
    return (
      this.isStale ||
      this.ahead.size > 0 ||
      this.target > this.seq ||
      (this.isWanted && !(this.history.isLoaded && this.base))
    );
  }

  /** The other party. */
  get other(): string {
    return this.base ? this.#otherOf(this.base) : '';
  }

  /**
   * @param withMessages and every message that it counts is in the history
   * @param since the moment when it was asked for
   */
  adopt(
    { lastMessage, presence, muted, ...base }: Conversation,
    withMessages: boolean,
    since: number,
  ): void {
    this.muting.tell(muted, since);
    if (presence) this.#parts.presences.tell(this.#otherOf(base), presence, since);
    this.#adopt(lastMessage, base, withMessages);
  }

  #adopt(
    lastMessage: Conversation['lastMessage'],
    base: NonNullable<Room['base']>,
    withMessages: boolean,
  ): void {
    this.target = Math.max(this.target, base.seq);
    if (this.base ? base.seq < this.seq : this.isWanted && !withMessages) return;
    if (base.seq > this.seq && this.isWanted && !withMessages) return;
    const last = lastMessage && this.stored(lastMessage);
    const isRead = this.toRead && (last?.seq ?? 0) <= this.toRead.seq;
    if (base.unreadCount === 0) this.toRead = undefined;
    if (base.seq !== this.seq) this.jumps += 1;
    this.base = isRead ? { ...base, unreadCount: 0 } : base;
    this.last = last && renew(this.last, last);
    this.isStale = false;
    this.#applyAhead();
  }

  /** @param isAwaited it stands in for one that was shown as `sending`, and is shown whatever is missing before it */
  take(change: Change, isAwaited: boolean): void {
    const isKnown = this.isWanted && change.seq <= this.seq;
    if (isArrival(change) && (isKnown || isAwaited))
      this.history.insert(this.stored(change.message, change.seq));
    this.ahead.set(change.seq, change);
    this.#applyAhead();
  }

  /** Whether each change up to that one is known, or is among these. */
  knowsAll(upTo: number, found: readonly HistoryMessage[]): boolean {
    const known = new Set([...this.ahead.keys(), ...found.map(({ seq }) => seq)]);
    const missed = [...known].filter((seq) => seq > this.seq && seq <= upTo);
    return missed.length === upTo - this.seq;
  }

  /**
   * What was read, as it is now: `recent.during` the reading.
   *
   * @param since changes up to that one are in it for certain, and those after it have been applied one by one
   */
  asNow(message: HistoryMessage, since: number): StoredMessage {
    return this.recent.apply(this.stored(message), since);
  }

  /**
   * Shows what was read, oldest first.
   *
   * @param since as for `asNow`
   * @param isAll there are none before
   * @param replaces it is not known what lies between it and what was loaded before
   */
  merge(page: readonly StoredMessage[], since: number, isAll: boolean, replaces = false): void {
    // Those that wait for a hole: the page, which is newer, fills it.
    for (const [seq, change] of [...this.ahead].toSorted(([a], [b]) => a - b))
      if (seq <= since) this.#show(change);
    this.history.merge(page, isAll, replaces);
  }

  /** Shows what a message is now, when it is shown. Whether it is read is told by others. */
  amend(now: StoredMessage): void {
    const amended = (old: StoredMessage): StoredMessage =>
      renew(old, { ...now, status: old.status });
    this.history.update(now.id, amended);
    if (this.last?.id === now.id) this.last = amended(this.last);
  }

  stored(message: HistoryMessage): StoredMessage;
  stored(message: Arrival['message'], seq: number): StoredMessage;
  stored(message: HistoryMessage, seq = message.seq): StoredMessage {
    return toStored(this.id, message, seq, this.#parts.me(), this.#parts.url);
  }

  /** Nothing that is known counts any more. */
  restart(): void {
    this.base = this.toRead = undefined;
    this.last = null;
    this.history = new History(this.isOwn);
    this.target = 0;
    this.ahead.clear();
    this.recent.clear();
    this.jumps += 1;
  }

  /** It is not for this user, or not any more. */
  forgetMissed(): void {
    this.isStale = this.isWanted = false;
    this.target = 0;
    this.ahead.clear();
  }

  /** @returns whether there is something to tell */
  markRead(): boolean {
    const { last } = this;
    // Without a page the history has one's own alone.
    const newest =
      last && !this.isOwn(last)
        ? last
        : this.history.messages.findLast((message) => !this.isOwn(message));
    if (!this.base?.unreadCount || !newest) return false;
    this.toRead = newest;
    this.base = { ...this.base, unreadCount: 0 };
    return true;
  }

  /** Tells what has changed. */
  publish(): void {
    const [stored, pending] = this.#shown;
    const { history } = this;
    let { messages } = this.state.get();
    if (stored !== history.messages || pending !== this.pending) {
      this.#shown = [history.messages, this.pending];
      // Before there is a page, only what has been shown as `sending`: there may be others between.
      const shown: readonly Message[] = history.isLoaded
        ? history.messages
        : history.messages.filter(this.isOwn);
      messages = shown.concat(this.pending);
    }
    this.state.set(keep(this.state.get(), this.#thread(messages)));
    const { base, isTyping, draft = '' } = this;
    const lastMessage = this.pending.at(-1) ?? this.last;
    const muted = this.muting.now;
    const presence = this.#parts.presences.of(this.other);
    this.summary =
      base && keep(this.summary, { ...base, lastMessage, isTyping, draft, presence, muted });
  }

  #thread(messages: readonly Message[]): ThreadState {
    const { loading, loadingOlder, isTyping, draft = '', uploads, history } = this;
    const hasOlder = history.isLoaded && history.hasOlder;
    return { messages, hasOlder, loading, loadingOlder, isTyping, draft, uploads };
  }

  #otherOf({ buyerId, sellerId }: NonNullable<Room['base']>): string {
    return buyerId === this.#parts.me() ? sellerId : buyerId;
  }

  #applyAhead(): void {
    for (const seq of this.ahead.keys()) if (this.base && seq <= this.seq) this.ahead.delete(seq);
    for (let next; this.base && (next = this.ahead.get(this.seq + 1));) {
      this.ahead.delete(next.seq);
      this.base = { ...this.base, seq: next.seq };
      this.#show(next);
      if (isArrival(next)) this.#applyMessage(this.stored(next.message, next.seq));
      else if (next.type === 'read_receipt') this.#applyReceipt(next);
      else this.#applyChange(next);
    }
  }

  /** In the history. */
  #show(change: Change): void {
    if (isArrival(change)) {
      if (this.isWanted) this.history.insert(this.stored(change.message, change.seq));
    } else if (change.type === 'read_receipt') {
      this.history.receipt(change.userId === this.#parts.me() ? 'others' : 'own', change.messageId);
    } else this.history.update(idOf(change), (message) => changed(message, change));
  }

  #applyMessage(message: StoredMessage): void {
    if (!this.base) return;
    this.last = message;
    this.base = { ...this.base, lastMessageAt: message.createdAt };
    if (this.isOwn(message)) return;
    this.isTyping = false;
    this.base = { ...this.base, unreadCount: this.base.unreadCount + 1 };
  }

  #applyReceipt({ userId, messageId, seq }: Extract<Change, { type: 'read_receipt' }>): void {
    const isMine = userId === this.#parts.me();
    if (this.last?.id === messageId) this.last = { ...this.last, status: 'read' };
    if (!isMine || !this.base) return;
    const read = [this.last, this.toRead, this.history.find(messageId)].find(
      (message) => message?.id === messageId,
    );
    if (this.toRead && read && read.seq >= this.toRead.seq) this.toRead = undefined;
    const { messages, isLoaded } = this.history;
    if (read && (this.last?.seq ?? 0) <= read.seq) this.base = { ...this.base, unreadCount: 0 };
    else if (read && isLoaded && (messages[0]?.seq ?? Infinity) <= read.seq) {
      const unread = messages.filter(
        (message) => message.seq > read.seq && message.seq < seq && !this.isOwn(message),
      );
      this.base = { ...this.base, unreadCount: unread.length };
      // Of those that are shown as deleted some may have been so only after that.
      this.isStale ||= unread.some(({ deletedAt }) => deletedAt !== undefined);
    } else this.isStale = true;
  }

  #applyChange(change: MessageChange): void {
    this.recent.add(change);
    if (change.type === 'message_deleted') this.#applyDeletion(change);
    const { last } = this;
    this.last = last && changed(last, change);
  }

  /** One that was not read counts no more. */
  #applyDeletion({ messageId, message }: Extract<Change, { type: 'message_deleted' }>): void {
    if (!this.base?.unreadCount || this.isOwn(message)) return;
    const deleted = this.last?.id === messageId ? this.last : this.history.find(messageId);
    if (!deleted) this.isStale = true;
    else if (deleted.status === 'sent' && deleted.seq > (this.toRead?.seq ?? 0))
      this.base = { ...this.base, unreadCount: this.base.unreadCount - 1 };
  }
}

export const IDLE: Loading = { status: 'idle' };

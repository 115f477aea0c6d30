import type { Conversation, HistoryMessage } from '../../protocol/resources.ts';
import type { ConversationFrame } from '../link.ts';
import { Subject } from '../observable.ts';
import type {
  ConversationSummary,
  FailedMessage,
  Loading,
  Message,
  SendingMessage,
  StoredMessage,
  ThreadState,
} from '../types.ts';
import { History } from './history.ts';
import { keep, toStored } from './messages.ts';

/** A frame that has a seq. */
export type Change = Extract<
  ConversationFrame,
  { type: 'new_message' | 'message_ack' | 'read_receipt' }
>;

/**
 * One conversation, as far as it is known. Changes are applied in the order of their seq and once each, in whatever order
 * they come: `base.seq` is the last one, and those that are ahead of a hole wait.
 */
export class Room {
  readonly id: string;
  history: History;
  readonly state: Subject<ThreadState>;
  /** `undefined`: nothing is known but its id. */
  base: Omit<Conversation, 'lastMessage'> | undefined;
  last: StoredMessage | null = null;
  pending: readonly (SendingMessage | FailedMessage)[] = [];
  isTyping = false;
  /** `undefined`: nobody has written one here, nor has it been read. */
  draft: string | undefined;
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
  readonly ahead = new Map<number, Change>();
  /** As it was published. */
  summary: ConversationSummary | undefined;
  #shown: readonly [readonly Message[], readonly Message[]] = [[], []];
  readonly #me: () => string | undefined;

  constructor(id: string, me: () => string | undefined) {
    this.id = id;
    this.#me = me;
    this.history = new History(this.isOwn);
    this.state = new Subject(this.#thread([]));
  }

  readonly isOwn = ({ senderId }: { readonly senderId: string }): boolean =>
    senderId === this.#me();

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

  /** @param withMessages and every message that it counts is in the history */
  adopt({ lastMessage, ...base }: Conversation, withMessages: boolean): void {
    this.target = Math.max(this.target, base.seq);
    if (this.base ? base.seq < this.seq : this.isWanted && !withMessages) return;
    if (base.seq > this.seq && this.isWanted && !withMessages) return;
    const last = lastMessage && this.stored(lastMessage);
    const isRead = this.toRead && (last?.seq ?? 0) <= this.toRead.seq;
    if (base.unreadCount === 0) this.toRead = undefined;
    this.base = isRead ? { ...base, unreadCount: 0 } : base;
    this.last = last && keep(this.last, last);
    this.isStale = false;
    this.#applyAhead();
  }

  /** @param isAwaited it stands in for one that was shown as `sending`, and is shown whatever is missing before it */
  take(change: Change, isAwaited: boolean): void {
    const isKnown = this.isWanted && change.seq <= this.seq;
    if (change.type !== 'read_receipt' && (isKnown || isAwaited))
      this.history.insert(this.stored(change.message, change.seq));
    this.ahead.set(change.seq, change);
    this.#applyAhead();
  }

  stored(message: HistoryMessage): StoredMessage;
  stored(message: Extract<Change, { message: unknown }>['message'], seq: number): StoredMessage;
  stored(message: HistoryMessage, seq = message.seq): StoredMessage {
    return toStored(this.id, message, seq, this.#me());
  }

  /** Nothing that is known counts any more. */
  restart(): void {
    this.base = this.toRead = undefined;
    this.history = new History(this.isOwn);
    this.target = 0;
    this.ahead.clear();
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
    this.summary = base && keep(this.summary, { ...base, lastMessage, isTyping, draft });
  }

  #thread(messages: readonly Message[]): ThreadState {
    const { loading, loadingOlder, isTyping, draft = '', history } = this;
    const hasOlder = history.isLoaded && history.hasOlder;
    return { messages, hasOlder, loading, loadingOlder, isTyping, draft };
  }

  #applyAhead(): void {
    for (const seq of this.ahead.keys()) if (this.base && seq <= this.seq) this.ahead.delete(seq);
    for (let next; this.base && (next = this.ahead.get(this.seq + 1));) {
      this.ahead.delete(next.seq);
      this.base = { ...this.base, seq: next.seq };
      if (next.type === 'read_receipt') this.#applyReceipt(next);
      else this.#applyMessage(this.stored(next.message, next.seq));
    }
  }

  #applyMessage(message: StoredMessage): void {
    if (!this.base) return;
    if (this.isWanted) this.history.insert(message);
    this.last = message;
    this.base = { ...this.base, lastMessageAt: message.createdAt };
    if (this.isOwn(message)) return;
    this.isTyping = false;
    this.base = { ...this.base, unreadCount: this.base.unreadCount + 1 };
  }

  #applyReceipt({ userId, messageId, seq }: Extract<Change, { type: 'read_receipt' }>): void {
    const isMine = userId === this.#me();
    this.history.receipt(isMine ? 'others' : 'own', messageId);
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
    } else this.isStale = true;
  }
}

export const IDLE: Loading = { status: 'idle' };

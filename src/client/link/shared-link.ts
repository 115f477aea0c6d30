import type { ClientMessage } from '../../protocol/client-messages.ts';
import type { ConversationFrame } from '../link.ts';
import type { ConnectionState, Muted } from '../types.ts';
import { Connection, type ConnectionParts } from './connection.ts';
import type { Emit } from './emit.ts';
import { LeaderWatch } from './leader-watch.ts';
import { Leadership } from './leadership.ts';
import { type Report, TabChannel, type TabMessage, toPlain } from './tab-channel.ts';

/** Tabs of another version of these messages are other tabs. */
const VERSION = 2;

type PresenceFrame = Extract<ConversationFrame, { type: 'presence' }>;

export interface SharedLinkParts extends Omit<ConnectionParts, 'events' | 'turn'> {
  readonly tabId: string;
  /** Without it each tab has its own socket. */
  readonly locks: LockManager | undefined;
  readonly emit: Emit;
}

/**
 * One socket for all tabs of a user: the one that holds the lock, the leader, has it and tells the others all that comes; they
 * hand it what they send. Who becomes the leader goes on with the newest cursor that was told.
 */
export class SharedLink {
  readonly #parts: SharedLinkParts;
  readonly #connection: Connection;
  readonly #watch = new LeaderWatch({
    post: (message) => this.#channel?.post(message),
    onFrozen: () => this.#leadership?.request(true),
  });
  #channel: TabChannel | undefined;
  #leadership: Leadership | undefined;
  #takeTurn: (() => void) | undefined;
  #term = 0;
  #count = 0;
  #state: ConnectionState = { status: 'idle' };
  #isUp = false;
  #isComplete = false;
  /** Whether all that came since the last `onUp` came here too. */
  #isWhole = false;
  /** When something last came; milliseconds since 1970. */
  #heardAt = 0;
  /** What a leader was told of those who are here, since it is up. */
  readonly #present = new Map<string, PresenceFrame>();

  constructor(parts: SharedLinkParts) {
    this.#parts = parts;
    this.#connection = new Connection({
      ...parts,
      turn: () => this.#turn(),
      events: {
        onState: (state) => this.#onState(state),
        onFrame: (frame) => {
          if (frame.type === 'presence') this.#note(frame);
          parts.emit('onFrame', frame);
          this.#report(frame);
        },
        onUp: (isComplete) => {
          this.#isComplete = isComplete;
          this.#up();
          this.#report();
        },
        onDown: () => {
          this.#down();
          this.#report();
        },
        onCursor: () => this.#report(),
      },
    });
  }

  connect(): void {
    if (this.#isFollower) this.#watch.ask('connect');
    this.#connection.connect();
  }

  /** The network may be back, or somebody looks again. */
  wake(): void {
    if (this.#isFollower) this.#watch.ask('wake');
    this.#connection.wake();
  }

  offline(): void {
    if (!this.#isFollower) this.#connection.offline();
  }

  send(frame: ClientMessage): boolean {
    if (!this.#isFollower) return this.#connection.send(frame);
    if (!this.#isUp) return false;
    this.#channel?.post({ send: frame });
    this.#watch.ask('report');
    return true;
  }

  tellMuted(conversationId: string, muted: Muted | undefined): void {
    this.#channel?.post({ muted: [conversationId, muted] });
  }

  close(): void {
    this.#leave();
    this.#connection.close();
  }

  get #isLeader(): boolean {
    return this.#leadership?.isLeader === true;
  }

  get #isFollower(): boolean {
    return this.#channel !== undefined && !this.#isLeader;
  }

  #turn(): Promise<void> {
    const { locks } = this.#parts;
    if (locks === undefined || this.#isLeader) return Promise.resolve();
    const turn = new Promise<void>((resolve) => (this.#takeTurn = resolve));
    if (this.#channel === undefined) this.#join(locks);
    return turn;
  }

  #join(locks: LockManager): void {
    const { url, tabId, keeper, emit } = this.#parts;
    const name = `parley:${url}:${keeper.userId}:${VERSION}`;
    this.#channel = new TabChannel({
      name,
      tabId,
      onTab: (other) => emit('onTab', other),
      onMessage: (message) => this.#receive(message),
    });
    this.#leadership = new Leadership({
      name,
      locks,
      onLead: () => this.#lead(),
      onLost: () => this.#follow(),
      onUnavailable: () => {
        this.#leave();
        this.#takeTurn?.();
      },
    });
    this.#leadership.request(false);
    this.#watch.ask('report');
  }

  #leave(): void {
    this.#down();
    this.#leadership?.leave();
    this.#channel?.close();
    this.#leadership = undefined;
    this.#channel = undefined;
    this.#watch.end();
  }

  #lead(): void {
    this.#watch.end();
    // What this tab handed to the leader before may be lost.
    this.#down();
    this.#term = Math.max(this.#term + 1, Date.now());
    this.#count = 0;
    // It may be waiting for a token.
    this.#enter(this.#connection.state);
    this.#report();
    this.#takeTurn?.();
  }

  #follow(): void {
    this.#leadership?.request(false);
    this.#connection.yield();
    this.#enter({ status: 'connecting' });
    this.#watch.ask('report');
  }

  #note(frame: PresenceFrame): void {
    if (frame.online) this.#present.set(frame.userId, frame);
    else this.#present.delete(frame.userId);
  }

  #report(frame?: ConversationFrame, present?: readonly PresenceFrame[]): void {
    this.#heardAt = Date.now();
    if (!this.#isLeader) return;
    this.#count += 1;
    const report: Report = {
      term: this.#term,
      count: this.#count,
      state: toPlain(this.#state),
      isUp: this.#isUp,
      isComplete: this.#isComplete,
      cursor: this.#connection.cursor,
    };
    this.#channel?.post({ report, ...(frame && { frame }), ...(present && { present }) });
  }

  #receive({ report, frame, present, muted, send, ask }: TabMessage): void {
    if (muted !== undefined) this.#parts.emit('onMuted', ...muted);
    if (report !== undefined) this.#hear(report, frame, present);
    if (!this.#isLeader) return;
    if (send !== undefined) this.#connection.send(send);
    if (ask === 'wake') this.#connection.wake();
    if (ask === 'connect') this.#connection.connect();
    if (ask !== undefined) this.#report(undefined, [...this.#present.values()]);
  }

  #hear(
    report: Report,
    frame: ConversationFrame | undefined,
    present: readonly ConversationFrame[] | undefined,
  ): void {
    const { term, count, state, isUp, isComplete, cursor } = report;
    // From one who was the leader, and does not know better yet.
    if (term < this.#term) return;
    if (this.#isLeader) {
      if (term === this.#term) return;
      this.#follow();
    }
    this.#watch.heard();
    const isNext = term === this.#term && count === this.#count + 1;
    // A new leader goes on where it was itself: when that is where this tab is too, nothing is missed.
    const isSuccessor = term > this.#term && count === 1 && cursor === this.#connection.cursor;
    this.#isWhole &&= isNext || isSuccessor;
    this.#term = term;
    this.#count = count;
    this.#connection.cursor = cursor;
    this.#isComplete = isComplete;
    if (!isUp || !isNext) this.#down();
    this.#heardAt = Date.now();
    this.#enter(state);
    if (isUp && !this.#isUp) {
      this.#up();
      // Nobody is here until that is said, and to others it was said before.
      if (!isNext && present === undefined) this.#watch.ask('report');
    }
    for (const each of present ?? []) this.#parts.emit('onFrame', each);
    if (frame !== undefined) this.#parts.emit('onFrame', frame);
  }

  #onState(state: ConnectionState): void {
    // A follower only gets ready for its turn.
    if (this.#isFollower && state.status !== 'failed') return;
    this.#enter(state);
    // Another tab may be luckier.
    if (state.status === 'failed') {
      this.#leave();
      return;
    }
    this.#report();
    if (this.#isLeader && state.status === 'waiting' && state.error.code === 'token_provider')
      this.#leadership?.request(false);
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#parts.emit('onState', state);
  }

  #up(): void {
    this.#present.clear();
    this.#isUp = true;
    this.#parts.emit('onUp', this.#isComplete && this.#isWhole);
    this.#isWhole = true;
  }

  #down(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#parts.emit('onDown', this.#heardAt);
  }
}

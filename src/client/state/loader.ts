import type { Conversation, HistoryMessage } from '../../protocol/resources.ts';
import type { MessagePage } from '../../protocol/rest.ts';
import type { ParleyErrorCode } from '../errors.ts';
import { Flight } from '../rest/flight.ts';
import type { Rest } from '../rest/rest.ts';
import { toError } from '../rest/to-error.ts';
import type { Loading, StoredMessage } from '../types.ts';
import type { Presences } from './presences.ts';
import { IDLE, type Room } from './room.ts';

const FIRST_PAGE = 50;
const PAGE = 100;
/** Whoever has missed more than so many messages begins anew with these. */
const MAX_MISSED = 500;
/** Asking again gives the same answer. */
const HOPELESS: readonly string[] = [
  'not_authorized',
  'invalid_message',
] satisfies ParleyErrorCode[];

export interface LoaderParts {
  readonly rest: Rest;
  readonly presences: Presences;
  readonly onPage: (messages: readonly StoredMessage[]) => void;
  readonly onChange: () => void;
  readonly onFailure: () => void;
}

/** Reads one conversation over REST: its newest messages, what was missed, and older ones. */
export class Loader {
  readonly #room: Room;
  readonly #parts: LoaderParts;
  readonly #syncing = new Flight((signal) => this.#show('loading', () => this.#sync(signal)));
  readonly #growing = new Flight((signal) => this.#show('loadingOlder', () => this.#grow(signal)));

  constructor(room: Room, parts: LoaderParts) {
    this.#room = room;
    this.#parts = parts;
  }

  /** Reads what is missing. */
  sync(signal?: AbortSignal): Promise<void> {
    return this.#syncing.run(signal);
  }

  async load(signal?: AbortSignal): Promise<void> {
    const room = this.#room;
    if (!room.history.isLoaded) room.isWanted = true;
    // One that runs already may have begun before the messages were wanted.
    while (!room.history.isLoaded) await this.sync(signal);
  }

  async loadOlder(signal?: AbortSignal): Promise<void> {
    await this.load(signal);
    if (this.#room.history.hasOlder) await this.#growing.run(signal);
  }

  async #sync(signal: AbortSignal): Promise<void> {
    const room = this.#room;
    const known = room.base;
    const isKnown = known && !room.isStale && room.ahead.size === 0 && room.target <= known.seq;
    const { seq } = room;
    const since = this.#parts.presences.moment;
    const fresh = isKnown ? undefined : await this.#get<Conversation>('', signal);
    // The server has less than it had: it was restored to an earlier time.
    if (fresh && fresh.seq < seq) room.restart();
    const isWanted = room.isWanted;
    if (isWanted) await this.#readMissed(fresh?.seq ?? seq, signal);
    if (fresh) room.adopt(fresh, isWanted, since);
  }

  /**
   * From the newest message back to what is known.
   *
   * @param upTo the last change that it has for certain
   */
  async #readMissed(upTo: number, signal: AbortSignal): Promise<void> {
    const room = this.#room;
    const { history, seq } = room;
    const { isLoaded } = history;
    if (isLoaded && upTo <= seq) return;
    const first = history.messages[0]?.seq ?? 0;
    const found: HistoryMessage[] = [];
    let before: string | null | undefined;
    let isThrough: boolean;
    let isJoined: boolean;
    do {
      const page = await this.#page(isLoaded ? PAGE : FIRST_PAGE, before, signal);
      found.push(...page.messages);
      before = page.nextCursor;
      const oldest = found.at(-1)?.seq ?? 0;
      isJoined = isLoaded && (oldest <= seq + 1 || before === null);
      // What else was missed may have changed any of those that are shown.
      isThrough = !isLoaded || (isJoined && (oldest <= first || room.knowsAll(upTo, found)));
    } while (!isThrough && before !== null && (isJoined || found.length < MAX_MISSED));
    this.#merge(found, upTo, before, !isJoined);
  }

  async #grow(signal: AbortSignal): Promise<void> {
    const { history, seq, jumps } = this.#room;
    const oldest = history.messages[0];
    const page = await this.#page(PAGE, oldest && String(oldest.seq), signal);
    // Otherwise it has begun anew meanwhile.
    if (history !== this.#room.history || history.messages[0]?.seq !== oldest?.seq) return;
    // It may be older than what was missed, or newer.
    if (this.#room.jumps !== jumps) await this.#grow(signal);
    else this.#merge(page.messages, seq, page.nextCursor);
  }

  #merge(
    newestFirst: readonly HistoryMessage[],
    since: number,
    next: string | null,
    replaces = false,
  ): void {
    const page = newestFirst.map((message) => this.#room.asNow(message, since)).toReversed();
    this.#parts.onPage(page);
    this.#room.merge(page, since, next === null, replaces);
  }

  #page(limit: number, before: string | null | undefined, signal: AbortSignal) {
    const from = before ? `&before=${before}` : '';
    return this.#get<MessagePage>(`/messages?limit=${limit}${from}`, signal);
  }

  #get<T>(path: string, signal: AbortSignal): Promise<T> {
    return this.#parts.rest.call<T>(
      `conversations/${encodeURIComponent(this.#room.id)}${path}`,
      signal,
    );
  }

  async #show(what: 'loading' | 'loadingOlder', work: () => Promise<void>): Promise<void> {
    const room = this.#room;
    const show = (loading: Loading): void => {
      // Nobody sees what is mended in the background.
      if (what === 'loading' && room.history.isLoaded) room.loading = { status: 'ready' };
      else if (what === 'loadingOlder' || room.isWanted) room[what] = loading;
      this.#parts.onChange();
    };
    show({ status: 'loading' });
    try {
      await room.recent.during(work);
      show({ status: 'ready' });
    } catch (error) {
      const known = toError(error);
      show(known ? { status: 'failed', error: known } : IDLE);
      if (known && HOPELESS.includes(known.code)) room.forgetMissed();
      // It is wanted still, be it by the next who asks: one that was aborted must not say otherwise.
      if (known) this.#parts.onFailure();
      throw error;
    }
  }
}

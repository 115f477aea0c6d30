import type { ConversationPage } from '../../protocol/rest.ts';
import type { Conversation } from '../../protocol/resources.ts';
import { Subject } from '../observable.ts';
import { Flight } from '../rest/flight.ts';
import type { Rest } from '../rest/rest.ts';
import type { ConversationList, ConversationSummary } from '../types.ts';
import { toError } from '../rest/to-error.ts';
import { isSame, keep } from './messages.ts';
import type { Presences } from './presences.ts';
import { IDLE, type Room } from './room.ts';

const PAGE = 50;

/** @param since the moment when they were asked for */
type Adopt = (conversations: readonly Conversation[], since: number) => void;

/** The conversations that are loaded, newest activity first. */
export class List {
  readonly state: Subject<ConversationList>;
  readonly #rest: Rest;
  readonly #rooms: ReadonlyMap<string, Room>;
  /** All rooms, as they were last: sorting what is nearly sorted is cheap. */
  readonly #sorted: Room[] = [];
  readonly #presences: Presences;
  readonly #adopt: Adopt;
  /** `undefined`: not even the first page is there; `null`: all are. */
  #next: string | null | undefined;
  #count = 0;
  #isOutdated = true;
  #loading: ConversationList['loading'] = IDLE;
  readonly #refreshing = new Flight((signal) => {
    const work = (): Promise<void> => this.#loadFirst(signal);
    // Nobody sees what is mended in the background.
    return this.#next === undefined ? this.#load(work) : work();
  });
  readonly #growing = new Flight((signal) => this.#load(() => this.#loadNext(signal)));

  constructor(rest: Rest, rooms: ReadonlyMap<string, Room>, presences: Presences, adopt: Adopt) {
    this.#rest = rest;
    this.#presences = presences;
    this.#rooms = rooms;
    this.#adopt = adopt;
    this.state = new Subject(this.#list([]));
  }

  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /** What is loaded may be old. One that is being loaded is loaded again. */
  outdate(): void {
    this.#isOutdated = true;
  }

  /** Loads again what was loaded, when it may be old. */
  async refresh(signal?: AbortSignal): Promise<void> {
    if (this.#isOutdated) await this.#refreshing.run(signal);
  }

  async more(signal?: AbortSignal): Promise<void> {
    if (this.#next === undefined) await this.#refreshing.run(signal);
    else if (this.#next !== null) await this.#growing.run(signal);
  }

  publish(): void {
    const { items } = this.state.get();
    this.#sorted.push(...[...this.#rooms.values()].slice(this.#sorted.length));
    this.#sorted.sort(byActivity);
    const now = this.#sorted.flatMap(({ summary }) => summary ?? []);
    this.state.set(keep(this.state.get(), this.#list(isSame(items, now) ? items : now)));
  }

  #list(items: readonly ConversationSummary[]): ConversationList {
    return {
      items,
      hasMore: typeof this.#next === 'string',
      unreadCount: items.reduce((sum, it) => sum + (it.muted ? 0 : it.unreadCount), 0),
      loading: this.#loading,
    };
  }

  async #load(work: () => Promise<void>): Promise<void> {
    const before = this.#loading;
    this.#show({ status: 'loading' });
    try {
      await work();
      this.#show({ status: 'ready' });
    } catch (error) {
      const known = toError(error);
      this.#show(known ? { status: 'failed', error: known } : before);
      throw error;
    }
  }

  #show(loading: ConversationList['loading']): void {
    this.#loading = loading;
    this.publish();
  }

  async #loadFirst(signal: AbortSignal): Promise<void> {
    this.#isOutdated = false;
    try {
      let next: string | null | undefined;
      let count = 0;
      do {
        const page = await this.#page(signal, next);
        next = page.nextCursor;
        count += page.conversations.length;
      } while (next !== null && count < this.#count);
      this.#next = next;
      this.#count = count;
      this.publish();
    } catch (error) {
      this.#isOutdated = true;
      throw error;
    }
  }

  async #loadNext(signal: AbortSignal): Promise<void> {
    const from = this.#next;
    const page = await this.#page(signal, from);
    // A refresh may have been faster.
    if (this.#next !== from) return;
    this.#next = page.nextCursor;
    this.#count += page.conversations.length;
  }

  async #page(signal: AbortSignal, cursor: string | null | undefined): Promise<ConversationPage> {
    const since = this.#presences.moment;
    const from = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const page = await this.#rest.call<ConversationPage>(
      `conversations?limit=${PAGE}${from}`,
      signal,
    );
    this.#adopt(page.conversations, since);
    return page;
  }
}

const byActivity = (a: Room, b: Room): number => {
  const [first, second] = [activity(a), activity(b)];
  if (first === second) return a.id < b.id ? 1 : -1;
  return first < second ? 1 : -1;
};

/** An unsent message counts too. */
function activity({ summary }: Room): string {
  const stored = summary?.lastMessageAt ?? summary?.createdAt ?? '';
  const last = summary?.lastMessage?.createdAt ?? '';
  return last > stored ? last : stored;
}

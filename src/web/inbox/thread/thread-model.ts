import type { ParleyClient, Thread, ThreadState } from '../../../client/types.ts';
import { FileUrls } from '../files/file-urls.ts';
import type { Strings } from '../strings/strings.ts';
import { Announcements, type Announcement } from './announcements.ts';
import { Arrivals } from './arrivals.ts';
import { toRows, type Row } from './rows.ts';

/** The second is said of what is no id. */
const CLOSED: ReadonlySet<string> = new Set(['not_authorized', 'invalid_message']);

/** One conversation as it is shown, for as long as it is. */
export class ThreadModel {
  readonly client: ParleyClient;
  readonly thread: Thread;
  readonly urls: FileUrls;
  readonly #arrivals = new Arrivals();
  readonly #announcements = new Announcements();
  #rows: readonly Row[] = [];
  #rowsOf: readonly unknown[] = [];

  constructor(client: ParleyClient, thread: Thread) {
    this.client = client;
    this.thread = thread;
    this.urls = new FileUrls(thread);
    this.load();
  }

  get state(): ThreadState {
    return this.thread.state.get();
  }

  /** The same as long as nothing of them changes. */
  get rows(): readonly Row[] {
    const { messages, hasOlder, loading } = this.state;
    const userId = this.client.userId.get();
    const of = [messages, userId, hasOlder || loading.status !== 'ready'] as const;
    if (of.some((value, index) => value !== this.#rowsOf[index])) {
      this.#rowsOf = of;
      this.#rows = toRows(...of);
    }
    return this.#rows;
  }

  /** Messages of the other person since the end was last seen. */
  get unseen(): number {
    return this.#arrivals.unseen;
  }

  get announcements(): readonly Announcement[] {
    return this.#announcements.all;
  }

  /** Before each drawing. @param name the other person's */
  update(isAtEnd: boolean, name: string, strings: Strings, locale: string): void {
    const { messages, loading } = this.state;
    if (loading.status !== 'ready') return;
    const userId = this.client.userId.get();
    const arrived = this.#arrivals.update(messages, userId, isAtEnd);
    this.#announcements.arrived(arrived, name, strings, locale);
    this.#announcements.failed(messages, strings.thread);
    this.#announcements.reacted(messages, userId, name, strings);
  }

  /** Whether there is no such conversation, or the reader is no party to it: nothing can be written there. */
  get isClosed(): boolean {
    const { loading } = this.state;
    return loading.status === 'failed' && CLOSED.has(loading.error.code);
  }

  /** What is loaded has been seen, when anything is. */
  markRead(): void {
    const { loading, messages } = this.state;
    if (loading.status === 'ready' && messages.length > 0) this.thread.markRead();
  }

  // What fails is in the state.

  load(): void {
    this.thread.load().catch(() => undefined);
  }

  loadOlder(): void {
    this.thread.loadOlder().catch(() => undefined);
  }

  /** Older ones, when there are and nothing speaks against it. */
  wantOlder(): void {
    const { hasOlder, loading, loadingOlder } = this.state;
    const isIdle = loadingOlder.status === 'idle' || loadingOlder.status === 'ready';
    if (hasOlder && loading.status === 'ready' && isIdle) this.loadOlder();
  }
}

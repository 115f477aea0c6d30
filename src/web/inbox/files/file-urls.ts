import type { Attachment, StoredMessage, Thread } from '../../../client/types.ts';
import { httpUrl } from '../http-url.ts';

/** URLs are good for 15 minutes at least: after that time another one is asked for before it is followed. */
const GOOD_MS = 10 * 60_000;
/** Whoever follows one needs a moment. */
const ENDING_MS = 60_000;

/** Sees to it that the files of one thread can be got: their URLs end after some time. */
export class FileUrls {
  readonly #thread: Thread;
  readonly #now: () => number;
  readonly #failed = new Set<string>();
  readonly #seenAt = new WeakMap<Attachment, number>();

  constructor(thread: Thread, now: () => number = Date.now) {
    this.#thread = thread;
    this.#now = now;
  }

  /** To be called when it is drawn. */
  seen(attachment: Attachment): void {
    if (!this.#seenAt.has(attachment)) this.#seenAt.set(attachment, this.#now());
  }

  /** That URL leads nowhere: asks for others, once. What comes is in the thread's state. */
  failed(message: StoredMessage, url: string): void {
    if (this.#failed.has(url)) return;
    this.#failed.add(url);
    // Nobody answered: the next time it is asked again.
    this.#thread.refreshAttachments(message.id).catch(() => this.#failed.delete(url));
  }

  /** Whether that URL led nowhere at least once. */
  hasFailed(url: string): boolean {
    return this.#failed.has(url);
  }

  /** Whether the URL may have ended by now. */
  isOld(attachment: Attachment): boolean {
    const now = this.#now();
    // It may have come long before it was drawn.
    const expires = Number(httpUrl(attachment.url)?.searchParams.get('expires') ?? Infinity);
    const isEnding = expires * 1_000 - now < ENDING_MS;
    return isEnding || now - (this.#seenAt.get(attachment) ?? now) > GOOD_MS;
  }

  /** @returns the attachment with a URL that is good; as it was when there is none */
  async fresh(message: StoredMessage, attachment: Attachment): Promise<Attachment> {
    await this.#thread.refreshAttachments(message.id).catch(() => undefined);
    const now = this.#thread.state.get().messages.find(({ key }) => key === message.key);
    return now?.attachments.find(({ id }) => id === attachment.id) ?? attachment;
  }
}

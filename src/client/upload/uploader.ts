import type { CreatedAttachment, FinishedAttachment } from '../../protocol/rest.ts';
import { backoffMs } from '../async/backoff.ts';
import { sleep } from '../async/sleep.ts';
import { ParleyError } from '../errors.ts';
import { type Rest, readAnswer } from '../rest/rest.ts';
import { absolute, toAttachment } from '../state/messages.ts';
import type { Attachment, Upload } from '../types.ts';
import { toFileName, toMediaType } from './announced.ts';
import { putFile } from './put-file.ts';

const AT_ONCE = 3;
/** As long as the server gives an upload too, in milliseconds. */
const PATIENCE_MS = 3_600_000;
/** What the server could not do is asked of it again so often. */
const MAX_REFUSALS = 3;

/** Brings files to the server, some at once. Loaded when it is needed. */
export class Uploader {
  readonly #rest: Rest;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /**
   * Without a network it is tried again for as long as the server gives it.
   *
   * @param onProgress is told a part of 1; it may go back, and 1 is when all is sent
   * @throws {ParleyError} when it is refused, or there was no network for too long
   */
  async upload(
    conversationId: string,
    upload: Upload,
    signal: AbortSignal,
    onProgress: (part: number) => void,
  ): Promise<Attachment> {
    await this.#turn();
    try {
      return await this.#upload(conversationId, upload, signal, onProgress);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running += 1;
  }

  async #upload(
    conversationId: string,
    { file, name, contentType }: Upload,
    signal: AbortSignal,
    onProgress: (part: number) => void,
  ): Promise<Attachment> {
    const rest = this.#rest;
    const path = `conversations/${encodeURIComponent(conversationId)}/attachments`;
    const { attachment, upload } = await insist(Date.now() + PATIENCE_MS, signal, () =>
      rest.call<CreatedAttachment>(path, signal, {
        name: toFileName(name),
        size: file.size,
        contentType: toMediaType(contentType),
      }),
    );
    const until = Date.parse(upload.expiresAt);
    await insist(until, signal, async () => {
      onProgress(0);
      const url = absolute(upload.url, rest.url);
      const answer = await putFile({ ...upload, url, file, fetch: rest.fetch, signal, onProgress });
      // What says that it is there has no body.
      if (answer.status >= 300) readAnswer(answer);
    });
    onProgress(1);
    const finished = await insist(until, signal, () =>
      rest.call<FinishedAttachment>(`${path}/${attachment.id}/complete`, signal, {}),
    );
    return toAttachment(finished.attachment, rest.url);
  }
}

/** Does it again when nobody answered, or the server could not. @param until milliseconds since 1970 */
async function insist<T>(until: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let refusals = 0;
  for (let attempt = 0; ; attempt += 1) {
    try {
      signal.throwIfAborted();
      return await work();
    } catch (error) {
      const code = error instanceof ParleyError ? error.code : undefined;
      if (code === 'unavailable') refusals += 1;
      const mayHelp = code === 'network' || (code === 'unavailable' && refusals < MAX_REFUSALS);
      const ms = backoffMs(attempt);
      if (!mayHelp || Date.now() + ms >= until) throw error;
      await sleep(ms, signal);
    }
  }
}

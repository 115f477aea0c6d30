import { loadOnUse } from '../load-on-use.ts';
import { ParleyError } from '../errors.ts';
import { toError } from '../rest/to-error.ts';
import type { Rest } from '../rest/rest.ts';
import { newId } from '../state/new-id.ts';
import type { Room } from '../state/room.ts';
import type { Attachment, Upload } from '../types.ts';
import type { Uploader } from './uploader.ts';

const MAX_OF_MESSAGE = 10;

/** The files of one client that are on their way, or wait to be sent. What does the work is loaded when there is the first one. */
export class Uploads {
  readonly #rest: Rest;
  readonly #closed: AbortSignal;
  readonly #publish: (room: Room) => void;
  /** Ends what is done for each. */
  readonly #running = new Map<string, AbortController>();
  #uploader: Uploader | undefined;

  constructor(rest: Rest, closed: AbortSignal, publish: (room: Room) => void) {
    this.#rest = rest;
    this.#closed = closed;
    this.#publish = publish;
  }

  /** @returns its key */
  add(room: Room, file: Blob, name = (file as Partial<File>).name ?? 'file'): string {
    const key = newId();
    const contentType = file.type || 'application/octet-stream';
    const state: Upload['state'] = { status: 'uploading', progress: 0 };
    room.uploads = [...room.uploads, { key, name, size: file.size, contentType, file, state }];
    void this.#run(room, key);
    return key;
  }

  retry(room: Room, key: string): void {
    if (find(room, key)?.state.status === 'failed') void this.#run(room, key);
  }

  cancel(room: Room, key: string): void {
    this.#remove(room, [key]);
  }

  /** Makes them a message's own. @throws {ParleyError} when one is not ready */
  take(room: Room, keys: readonly string[]): Attachment[] {
    const ready = [...new Set(keys)].flatMap((key) => {
      const { state } = find(room, key) ?? {};
      return state?.status === 'ready' ? [state.attachment] : [];
    });
    if (ready.length !== keys.length || ready.length > MAX_OF_MESSAGE)
      throw new ParleyError(
        'invalid_message',
        `uploads must be keys of 1 to ${MAX_OF_MESSAGE} different uploads that are ready`,
      );
    this.#remove(room, keys);
    return ready;
  }

  async #run(room: Room, key: string): Promise<void> {
    const controller = new AbortController();
    this.#running.set(key, controller);
    const signal = AbortSignal.any([controller.signal, this.#closed]);
    const show = (state: Upload['state']): void => {
      if (signal.aborted) return;
      room.uploads = room.uploads.map((each) => (each.key === key ? { ...each, state } : each));
      this.#publish(room);
    };
    const progress = (part: number): void => show({ status: 'uploading', progress: part });
    progress(0);
    try {
      const uploader = await this.#load();
      const upload = find(room, key);
      if (!upload) return;
      const attachment = await uploader.upload(room.id, upload, signal, progress);
      show({ status: 'ready', attachment });
    } catch (error) {
      const known = toError(error);
      if (known) show({ status: 'failed', error: known });
    }
  }

  /** The next one tries again, when it fails. */
  async #load(): Promise<Uploader> {
    const { Uploader: Loaded } = await loadOnUse();
    return (this.#uploader ??= new Loaded(this.#rest));
  }

  #remove(room: Room, keys: readonly string[]): void {
    for (const key of keys) {
      this.#running.get(key)?.abort();
      this.#running.delete(key);
    }
    room.uploads = room.uploads.filter(({ key }) => !keys.includes(key));
    this.#publish(room);
  }
}

const find = (room: Room, key: string): Upload | undefined =>
  room.uploads.find((upload) => upload.key === key);

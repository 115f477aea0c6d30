import type { Readable } from 'node:stream';

/** The bytes of an object, as they come. A piece is good until the next one is asked for. */
export type Bytes = Readable | AsyncIterable<Uint8Array>;

/** Where a client puts the bytes of an object, past this node. */
export interface UploadTarget {
  readonly url: string;
  /** To be sent as they are, or the store refuses. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface StoredObject {
  /** Fails when the store goes away. Whoever takes it reads it to its end or destroys it. */
  readonly stream: Readable;
  /** In bytes. */
  readonly size: number;
}

/** How a browser is to take what it downloads. */
export interface Presentation {
  /** The file's name: only ever shown. */
  readonly name: string;
  readonly contentType: string;
  /** Shown in the page; else it is offered for saving, whatever it is. */
  readonly isInline: boolean;
}

/**
 * Where the bytes of attachments are. Keys are `<conversation>/<attachment>/<name>`: two UUIDs in lower case and 1 to 100 of `a–z`, `0–9` and
 * `-`. Anything else is a programmer's mistake: a `TypeError`.
 *
 * Promised: an object that was written is there, whole, until it is removed, and survives a crash of the node; nobody ever sees a part of one. Writing a key
 * again replaces the object. Not promised: that a write that failed left nothing behind in the store's own keeping (it removes that by itself), nor any order
 * of `list`.
 *
 * Whatever the store itself fails with (away, full, too slow, forbidden) is a {@link StoreError}; nothing has been lost then, and the same call
 * may be made again.
 */
export interface ObjectStore {
  /**
   * Where a client may put exactly `size` bytes of this type until `expiresAt`; `undefined` when the node takes them itself, for {@link write}.
   * Asks nobody: it does not fail while the store is away.
   */
  uploadTarget(
    key: string,
    size: number,
    contentType: string,
    expiresAt: Date,
  ): Promise<UploadTarget | undefined>;

  /** A URL where anyone gets the object for {@link DOWNLOAD_SECONDS}; `undefined` when the node gives it itself, by {@link read}. */
  downloadUrl(key: string, presentation: Presentation): Promise<string | undefined>;

  /**
   * Takes the source as fast as the store does, never more than some hundred KiB ahead. Resolves when the object is there for good. Rejects, and there is no new
   * object, with {@link WrongSize} when the source gives other than `size` bytes, and with the source's own error when that fails.
   */
  write(key: string, source: Bytes, size: number): Promise<void>;

  /** `undefined` when there is no such object. */
  read(key: string): Promise<StoredObject | undefined>;

  /**
   * Copies an object, when it has exactly `size` bytes, to a new file, which nothing that is written under the key later changes. The file is to be read
   * only.
   *
   * @returns how many bytes the object has; `undefined` when there is none
   */
  copyTo(key: string, size: number, file: string): Promise<number | undefined>;

  /** As {@link write}, of the bytes of a file in the node's work folder, which the store may take away. @returns its size, in bytes */
  adopt(key: string, file: string): Promise<number>;

  /** The keys that begin with `prefix`, which ends with `/` and has one or two UUIDs. */
  list(prefix: string): AsyncIterable<string>;

  /** Objects that are not there are no error. */
  remove(keys: readonly string[]): Promise<void>;
}

/** How long a {@link ObjectStore.downloadUrl} is good. */
export const DOWNLOAD_SECONDS = 60;

/** The store is away, full, too slow, or refuses. The message is for the operator: no keys, names, or secrets. */
export class StoreError extends Error {
  readonly code = 'store';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
  }
}

/** The source gave more or fewer bytes than it should have. */
export class WrongSize extends Error {
  readonly code = 'wrong_size';

  constructor(size: number) {
    super(`the source did not give exactly ${size} bytes`);
    this.name = 'WrongSize';
  }
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const KEY = new RegExp(`^${UUID}/${UUID}/[a-z0-9-]{1,100}$`);
const PREFIX = new RegExp(`^${UUID}/(?:${UUID}/)?$`);

/** @throws TypeError when it is none: no input of a client gets as far as this */
export function checkKeys(...keys: readonly string[]): void {
  if (!keys.every((key) => KEY.test(key))) throw new TypeError('not a key of an object');
}

/** @throws TypeError when it is none */
export function checkPrefix(prefix: string): void {
  if (!PREFIX.test(prefix)) throw new TypeError('not a prefix of keys');
}

/** The same bytes. Throws {@link WrongSize} as soon as there are too many, and at the end when there are too few. */
export async function* exactly(source: Bytes, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    left -= chunk.length;
    if (left < 0) throw new WrongSize(size);
    yield chunk;
  }
  if (left > 0) throw new WrongSize(size);
}

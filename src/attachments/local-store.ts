import { randomUUID } from 'node:crypto';
import {
  type FileHandle,
  copyFile,
  link,
  mkdir,
  open,
  opendir,
  rename,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { errorCode } from '../lib/error-code.ts';
import { createPace } from '../lib/pace.ts';
import { StartupError } from '../lib/startup-error.ts';
import {
  type Bytes,
  type ObjectStore,
  StoreError,
  type StoredObject,
  checkKeys,
  checkPrefix,
  exactly,
} from './object-store.ts';

export interface LocalStore extends ObjectStore {
  /** For unfinished files, on the same disk: a rename makes an object of one. What is old there is nobody's. */
  readonly incoming: string;
}

/**
 * Objects as files below a directory, which nodes may share.
 *
 * @param dir is made when it is not there
 * @throws {StartupError} when it can't be written to
 */
export async function openLocalStore(dir: string): Promise<LocalStore> {
  const incoming = path.join(dir, 'incoming');
  const objects = path.join(dir, 'objects');
  try {
    for (const folder of [incoming, objects]) await makeFolder(folder);
    const probe = path.join(incoming, randomUUID());
    await writeFile(probe, Readable.from([Buffer.of(0)]), 1);
    await rm(probe);
  } catch (error) {
    throw new StartupError(`cannot write to ATTACHMENTS_DIR (${dir}): ${describe(error)}`, {
      cause: error,
    });
  }
  const fileOf = (key: string): string => {
    checkKeys(key);
    return path.join(objects, key);
  };

  return {
    incoming,
    uploadTarget: () => Promise.resolve(undefined),
    downloadUrl: () => Promise.resolve(undefined),

    async write(key, source, size) {
      const target = fileOf(key);
      const draft = path.join(incoming, randomUUID());
      try {
        await writeFile(draft, source, size);
        await move(draft, target);
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw error;
      }
    },

    async read(key) {
      const handle = await open(fileOf(key)).catch(unlessMissing);
      return handle && toStored(handle);
    },

    async copyTo(key, size, file) {
      const found = await stat(fileOf(key)).catch(unlessMissing);
      if (found?.size !== size) return found?.size;
      // No object is ever changed in its place, so another name for it is as good as a copy. Not every disk has such names.
      await link(fileOf(key), file)
        .catch(() => copyFile(fileOf(key), file))
        .catch(failed);
      return size;
    },

    async adopt(key, file) {
      const target = fileOf(key);
      const size = await syncFile(file).catch(failed);
      await move(file, target);
      return size;
    },

    async *list(prefix) {
      checkPrefix(prefix);
      const folder = path.join(objects, prefix);
      const entries = await opendir(folder, { recursive: true }).catch(unlessMissing);
      if (entries === undefined) return;
      for await (const entry of entries)
        if (entry.isFile())
          yield path
            .relative(objects, path.join(entry.parentPath, entry.name))
            .replaceAll(path.sep, '/');
    },

    async remove(keys) {
      for (const file of keys.map(fileOf)) {
        await rm(file, { force: true }).catch(failed);
        await removeIfEmpty(path.dirname(file));
        await removeIfEmpty(path.dirname(path.dirname(file)));
      }
    },
  };
}

const makeFolder = (folder: string) => mkdir(folder, { recursive: true, mode: 0o700 });

/**
 * How fast uploads come in, all of this node together, in bytes a second: as fast as its clients, its disk and two cores can, those who chat
 * would wait for them.
 */
const pace = createPace(50_000_000);
/** As much as one read from a socket gives. */
const PIECE_BYTES = 512 * 1024;

/** On the disk, and not only in the system's memory, when it resolves. */
async function writeFile(file: string, source: Bytes, size: number): Promise<void> {
  const handle = await open(file, 'wx', 0o600).catch(failed);
  const closed = whenClosed(source);
  /** For the piece that comes next. */
  let taken = 0;
  const take = async (amount: number): Promise<void> => {
    taken = amount;
    await Promise.race([pace.take(amount), closed]);
  };
  try {
    // Before the first piece is asked for, too: many may begin at once.
    await take(Math.min(size, PIECE_BYTES));
    for await (const chunk of exactly(source, size)) {
      taken = 0;
      await writeAll(handle, chunk).catch(failed);
      await take(chunk.length);
    }
    await handle.sync().catch(failed);
  } finally {
    // Whoever goes away without a word must not make others wait.
    pace.giveBack(taken);
    await handle.close();
  }
}

/** Also with an error, which whoever reads gets; never when it can't be told. */
const whenClosed = (source: Bytes): Promise<void> =>
  new Promise((resolve) => {
    if (source instanceof Readable) source.once('close', resolve);
  });

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
}

/** @returns its size, in bytes */
async function syncFile(file: string): Promise<number> {
  const handle = await open(file);
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

async function move(draft: string, target: string): Promise<void> {
  const folder = path.dirname(target);
  for (let isThere = false; !isThere;) {
    await makeFolder(folder).catch(failed);
    isThere = await rename(draft, target).then(
      () => true,
      async (error: unknown) => {
        if (errorCode(error) !== 'ENOENT') return failed(error);
        // Whoever removes another object may have found the folder empty in between; or somebody has removed the draft.
        await stat(draft).catch(failed);
        return false;
      },
    );
  }
  // Names are on the disk only when their folder is (fsync(2)).
  for (const changed of [folder, path.dirname(folder)])
    await syncFile(changed).catch(unlessMissing);
}

async function toStored(handle: FileHandle): Promise<StoredObject> {
  try {
    const { size } = await handle.stat();
    return { stream: handle.createReadStream(), size };
  } catch (error) {
    await handle.close();
    return failed(error);
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: unknown) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) failed(error);
  });
}

const unlessMissing = (error: unknown): undefined =>
  errorCode(error) === 'ENOENT' ? undefined : failed(error);

function failed(error: unknown): never {
  throw error instanceof StoreError
    ? error
    : new StoreError(`the disk of the attachments: ${describe(error)}`, { cause: error });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'it is full (ENOSPC)',
  EDQUOT: 'its quota is used up (EDQUOT)',
  EROFS: 'it is read-only (EROFS)',
  EACCES: 'no permission (EACCES)',
};

function describe(error: unknown): string {
  if (error instanceof StoreError) return describe(error.cause);
  const code = errorCode(error) ?? 'unknown error';
  return REASONS[code] ?? code;
}

import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorCode } from '../lib/error-code.ts';
import { StartupError } from '../lib/startup-error.ts';
import { type StoredObject, StoreError, exactly } from './object-store.ts';

/**
 * Where files are looked at when the objects are elsewhere: the same for all nodes of this user here, so that each cleans up what another left when it was killed.
 *
 * @throws {StartupError} when it can't be made, or is somebody else's
 */
export async function openWorkFolder(): Promise<string> {
  const { uid } = userInfo();
  const folder = path.join(tmpdir(), `parley-attachments-${uid}`);
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (errorCode(error) === 'EEXIST') return;
    throw new StartupError(`cannot make ${folder} (TMPDIR): ${errorCode(error) ?? 'unknown'}`, {
      cause: error,
    });
  });
  // Anybody may make files there.
  const found = await lstat(folder);
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid))
    throw new StartupError(
      `${folder} (TMPDIR) must be a directory of the user that Parley runs as`,
    );
  return folder;
}

/** Runs the work with a folder of its own, which goes with it. */
export async function inFolder<T>(
  parent: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = path.join(parent, randomUUID());
  await mkdir(folder, { mode: 0o700 }).catch(failed);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Copies an object to a new file.
 *
 * @throws StoreError when the store goes away or the disk is full
 */
export async function download({ stream, size }: StoredObject, file: string): Promise<void> {
  const bytes = Readable.from(exactly(stream, size), { objectMode: false });
  await pipeline(bytes, createWriteStream(file, { flags: 'wx', mode: 0o600 })).catch(failed);
}

/**
 * Removes what is old there, if there is such a folder: nobody works on it any more.
 *
 * @param maxAgeMs since it was last changed, in milliseconds
 * @returns how many files or folders went
 */
export async function removeOld(folder: string, maxAgeMs: number): Promise<number> {
  let removed = 0;
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    const entry = path.join(folder, name);
    const found = await lstat(entry).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < maxAgeMs) continue;
    await rm(entry, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

function failed(error: unknown): never {
  throw new StoreError(
    `a file could not be copied to look at it: ${errorCode(error) ?? 'unknown'}`,
    {
      cause: error,
    },
  );
}

import { statfsSync } from 'node:fs';

const MEMORY = '/dev/shm';
/** More than all databases and files of a run together, in bytes. */
const ROOM = 8 * 2 ** 30;

/**
 * Has all temporary files, databases too, in memory where there is room for them: a disk takes longer, and what others do to it would be measured
 * with ours. `TMPDIR` says otherwise.
 */
export function keepInMemory(): void {
  if (process.env['TMPDIR'] === undefined && hasRoom()) process.env['TMPDIR'] = MEMORY;
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ROOM;
  } catch {
    return false;
  }
}

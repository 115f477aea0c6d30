import { writeFile } from 'node:fs/promises';
import { run } from '../src/lib/run.ts';

/**
 * From now on a process gets what others leave over, with all its threads: the kernel's `SCHED_IDLE`. By itself that counts within a session only,
 * where the kernel shares the CPU out among sessions (sched(7), autogroup; each process of PostgreSQL is one): so the session weighs as little as it can.
 *
 * @param pid leads a session: it was spawned `detached`
 */
export async function giveWay(pid: number): Promise<void> {
  await run('chrt', ['--idle', '--all-tasks', '--pid', '0', String(pid)]);
  await writeFile(`/proc/${pid}/autogroup`, '19').catch((error: NodeJS.ErrnoException) => {
    // This kernel has no such groups.
    if (error.code !== 'ENOENT') throw error;
  });
}

import { run } from '../src/lib/run.ts';

/** From now on a process gets what others leave over, with all its threads: the kernel's `SCHED_IDLE`. */
export const giveWay = (pid: number): Promise<unknown> =>
  run('chrt', ['--idle', '--all-tasks', '--pid', '0', String(pid)]);

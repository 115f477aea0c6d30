import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const SETTING = '/proc/sys/kernel/sched_autogroup_enabled';

export interface Sharing extends Disposable {
  /** What is to be said of it beside the figures. */
  readonly note: string | undefined;
}

/**
 * Kernels share the CPU out among sessions first, and then among the processes of each (sched(7), autogroup), unless these are in a control
 * group, as in containers. Then each process of PostgreSQL, which are sessions of their own, gets as much as all others of the bench
 * together, and who gives way (give-way.ts) does not do so to them. Until it is disposed of that is off, where root may say so.
 */
export function shareByProcess(): Sharing {
  // Some kernels have no such groups.
  const before = existsSync(SETTING) ? readFileSync(SETTING, 'utf8').trim() : '0';
  if (before === '0') return sharing();
  try {
    writeFileSync(SETTING, '0');
  } catch {
    return sharing(
      'the kernel shares the CPU out among sessions: the worker gives way to nodes, and not to PostgreSQL (kernel.sched_autogroup_enabled)',
    );
  }
  const restore = (): void => writeFileSync(SETTING, before);
  // Who is interrupted disposes of nothing.
  process.once('exit', restore);
  return sharing(undefined, () => {
    process.off('exit', restore);
    restore();
  });
}

const sharing = (note?: string, end: () => void = () => undefined): Sharing => ({
  note,
  [Symbol.dispose]: end,
});

/** What Linux tells of processes: `man 5 proc`. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

/** Clock ticks a second, as `/proc` counts: 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100;

export interface ProcessCpu {
  readonly parent: number;
  readonly name: string;
  /** User and system time of all its threads, in seconds. */
  readonly seconds: number;
  /** The same, of its children that have ended. */
  readonly endedChildrenSeconds: number;
}

/** @returns `undefined` when there is no such process */
export function readProcess(pid: number): ProcessCpu | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name is in parentheses and may hold any character.
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  const ticks = (field: number): number => Number(fields[field]);
  return {
    parent: ticks(1),
    name: text.slice(text.indexOf('(') + 1, nameEnd),
    seconds: (ticks(11) + ticks(12)) / TICKS_PER_S,
    endedChildrenSeconds: (ticks(13) + ticks(14)) / TICKS_PER_S,
  };
}

export const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => readProcess(candidate)?.parent === pid);

/** Resident memory, in KB. */
export const rssKb = (pid: number): number => memoryKb(pid, 'VmRSS');

/** The most that there was of it since {@link forgetPeakRss}, in KB. */
export const peakRssKb = (pid: number): number => memoryKb(pid, 'VmHWM');

/** `man 5 proc_pid_clear_refs`. */
export const forgetPeakRss = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

function memoryKb(pid: number, field: string): number {
  const status = read(`/proc/${pid}/status`) ?? '';
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
}

/** All cores together since the machine started, in seconds. */
export function machineCpu(): { readonly busy: number; readonly total: number } {
  const line = read('/proc/stat')?.split('\n', 1)[0] ?? '';
  // user nice system idle iowait irq softirq steal; guests are counted in user already.
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  const total = ticks.reduce((sum, value) => sum + value, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { busy: (total - idle) / TICKS_PER_S, total: total / TICKS_PER_S };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

import { createHash } from 'node:crypto';

const WORK = Buffer.alloc(1 << 20);
const ROUNDS = 64;

/**
 * How fast this machine is now. Virtual machines share their cores with others: when this changes, so does the CPU time of
 * everything.
 *
 * @returns CPU time of a fixed piece of work, in ms
 */
export function measureSpeed(): number {
  const begun = process.cpuUsage();
  const hash = createHash('sha256');
  for (let i = 0; i < ROUNDS; i += 1) hash.update(WORK);
  hash.digest();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000;
}

const MUCH = 1.15;

/** What the speeds during a run say about its figures, in words. */
export function explainSpeeds(ms: readonly number[]): string {
  const least = Math.min(...ms);
  const most = Math.max(...ms);
  const varied = `the same work took ${least.toFixed(0)} to ${most.toFixed(0)} ms of CPU during this run`;
  return most <= least * MUCH
    ? `the machine: steady, ${varied}`
    : `the machine: NOT STEADY, ${varied}: repeat what was just missed`;
}

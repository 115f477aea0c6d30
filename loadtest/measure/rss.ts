import { setTimeout as sleep } from 'node:timers/promises';
import { sum } from './cpu-meter.ts';
import { rssKb } from './proc.ts';

const POLL_MS = 500;
/** What is steady changes less than this over the last so many readings. */
const STEADY = 0.005;
const READINGS = 6;
const MAX_WAIT_MS = 60_000;

/**
 * Resident memory of processes together, once it changes no more.
 *
 * @param leastMs waited before it is believed
 * @returns KB
 */
export async function steadyRssKb(pids: readonly number[], leastMs: number): Promise<number> {
  await sleep(leastMs);
  const readings: number[] = [];
  for (const deadline = Date.now() + MAX_WAIT_MS; Date.now() < deadline;) {
    readings.push(sum(pids.map(rssKb)));
    const last = readings.slice(-READINGS);
    if (last.length === READINGS && Math.max(...last) <= Math.min(...last) * (1 + STEADY)) break;
    await sleep(POLL_MS);
  }
  return readings.at(-1) ?? Number.NaN;
}

import { availableParallelism } from 'node:os';
import { COMPONENTS, sum } from './cpu-meter.ts';
import { median } from './figure.ts';
import type { LoadResult } from './load.ts';

/** Cores that something else used: above this the figures are of a machine that was shared. */
const MUCH_ELSEWHERE = 0.2;

/** What could not have done more, and what everything used of the cores: medians, in words. */
export function explain(name: string, results: readonly LoadResult[]): string {
  const cores = COMPONENTS.map((component) => {
    const used = median(results.map((result) => sum(result.cores[component])));
    return `${component} ${used.toFixed(2)}`;
  });
  const busy = median(results.map((result) => result.machineBusy));
  const elsewhere = Math.max(...results.map(coresElsewhere));
  const saturated = [...new Set(results.map((result) => result.saturated))].join('; ');
  const warning =
    elsewhere > MUCH_ELSEWHERE
      ? `. OTHER WORK took up to ${elsewhere.toFixed(2)} cores: repeat it`
      : '';
  return (
    `${name}: saturated: ${saturated}. Cores used: ${cores.join(', ')}; ` +
    `the machine was ${(100 * busy).toFixed(0)} % busy${warning}`
  );
}

const coresElsewhere = ({ machineBusy, cores }: LoadResult): number =>
  machineBusy * availableParallelism() - sum(COMPONENTS.flatMap((component) => cores[component]));

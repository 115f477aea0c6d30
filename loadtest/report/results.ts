import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { type Figure, median, verdict } from '../measure/figure.ts';
import { drawChart } from './chart.ts';

export interface Run {
  readonly mode: 'quick' | 'full';
  readonly startedAt: Date;
  /** Filled while it goes on, so that an interrupted run shows what it has. */
  readonly figures: Figure[];
  readonly notes: string[];
  /** Rows that could not be measured, and why. */
  readonly failures: string[];
}

export const newRun = (mode: Run['mode']): Run => ({
  mode,
  startedAt: new Date(),
  figures: [],
  notes: [],
  failures: [],
});

/** What a figure was measured on, without which it says little. */
const machine = () => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryGib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
});

/** Writes a run as JSON and as a chart. @returns both files */
export async function writeResults(folder: string, run: Run): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const stem = `${run.mode}-${run.startedAt.toISOString().slice(0, 19).replaceAll(':', '')}`;
  const figures = run.figures.map((figure) => ({
    ...figure,
    median: median(figure.values),
    verdict: verdict(figure),
  }));
  const files = [path.join(folder, `${stem}.json`), path.join(folder, `${stem}.svg`)] as const;
  const json = { ...run, machine: machine(), figures };
  await writeFile(files[0], `${JSON.stringify(json, undefined, 2)}\n`);
  await writeFile(files[1], drawChart(run));
  return [...files];
}

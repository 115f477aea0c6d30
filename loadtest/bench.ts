import { type Dataset, loadDataset } from './dataset.ts';
import type { RowResult } from './measure/figure.ts';
import { measureSpeed } from './measure/speed.ts';
import { type Services, createParleyDatabase } from './services.ts';
import { query } from '../test/support/query.ts';

/** What rows are measured with. */
export class Bench {
  readonly services: Services;
  /** The sizes of the targets; quick sizes otherwise. */
  readonly full: boolean;
  /** How often each row is measured. */
  readonly reps: number;
  /** Whether one row alone is measured. */
  readonly isAlone: boolean;
  /** Shows progress. */
  readonly log: (line: string) => void;
  /** CPU time of a fixed piece of work before each repetition, in ms. */
  readonly speeds: number[] = [];
  readonly #kept = new Map<string, Promise<unknown>>();

  constructor(options: Pick<Bench, 'services' | 'full' | 'reps' | 'isAlone' | 'log'>) {
    this.services = options.services;
    this.full = options.full;
    this.reps = options.reps;
    this.isAlone = options.isAlone;
    this.log = options.log;
  }

  /** @returns the second for a full run, else the first */
  size<T>(quick: T, full: T): T {
    return this.full ? full : quick;
  }

  /** Made once, for all rows that ask for it. */
  once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const kept = (this.#kept.get(key) as Promise<T> | undefined) ?? make();
    this.#kept.set(key, kept);
    return kept;
  }

  /** A database with Parley's tables and this in it, shared by all that ask for the same. @returns its URL */
  database(dataset: Dataset): Promise<string> {
    const size = `${dataset.users * dataset.rounds} conversations`;
    return this.once(`database ${JSON.stringify(dataset)}`, async () => {
      this.log(`loading ${size}`);
      const name = `bench_${this.#kept.size}`;
      const url = await createParleyDatabase(this.services, name);
      await loadDataset(url, dataset);
      return url;
    });
  }

  /** Runs something as often as asked for. Every time begins with all that was written before on disk. */
  async repeat<T>(what: string, measure: (rep: number) => Promise<T>): Promise<T[]> {
    const results: T[] = [];
    for (let rep = 1; rep <= this.reps; rep += 1) {
      this.log(`${what}, ${rep} of ${this.reps}`);
      await query(this.services.postgresUrl, 'CHECKPOINT');
      this.speeds.push(measureSpeed());
      results.push(await measure(rep));
    }
    return results;
  }
}

/** A row of the table, in a file of its own in `rows/`. */
export interface Row {
  readonly name: string;
  /** For `--help`. */
  readonly about: string;
  run(bench: Bench): Promise<RowResult>;
}

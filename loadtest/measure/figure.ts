export interface Target {
  readonly kind: 'at most' | 'at least';
  readonly value: number;
  /** Said beside it; a miss then fails nothing. */
  readonly informational?: string;
}

/** One line of the table. */
export interface Figure {
  readonly row: string;
  readonly name: string;
  readonly unit: string;
  /** One for each repetition. */
  readonly values: readonly number[];
  readonly target?: Target;
}

/** Makes the figures of one row. */
export const figuresOf =
  (row: string) =>
  (name: string, unit: string, values: readonly number[], target?: Target): Figure => ({
    row,
    name,
    unit,
    values,
    ...(target === undefined ? {} : { target }),
  });

export const atMost = (value: number): Target => ({ kind: 'at most', value });
export const atLeast = (value: number): Target => ({ kind: 'at least', value });

/** What a row came to. */
export interface RowResult {
  readonly figures: readonly Figure[];
  /** Said below the table, e.g. what was saturated. */
  readonly notes: readonly string[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Medians are held against targets. Not a number is a miss. */
export function verdict({ values, target }: Figure): 'ok' | 'MISSED' | undefined {
  if (target === undefined) return undefined;
  const value = median(values);
  const met = target.kind === 'at most' ? value <= target.value : value >= target.value;
  return met ? 'ok' : 'MISSED';
}

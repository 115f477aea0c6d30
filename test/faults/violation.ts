/** A broken promise, with what shows it. The numbers are those of docs/reliability.md. */
export interface Violation {
  readonly promise: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  readonly kind: 'lost' | 'duplicated' | 'out of order' | 'late' | 'wrong';
  readonly evidence: string;
}

/** Notes a broken promise. */
export type Report = (
  promise: Violation['promise'],
  kind: Violation['kind'],
  evidence: string,
) => void;

import type { Bench } from '../bench.ts';
import type { Dataset } from '../dataset.ts';

/** A thousand conversations. Their users are few, so that each is in two. */
export const SMALL: Dataset = { users: 1_000, rounds: 1, messages: 9 };

/** A million conversations and ten million messages; 50,000 and 500,000 in a quick run. 50 conversations a user. */
export const bigDataset = (bench: Bench): Dataset =>
  bench.size(
    { users: 2_000, rounds: 25, messages: 9, busy: { conversations: 25, messages: 2_000 } },
    { users: 40_000, rounds: 25, messages: 9, busy: { conversations: 200, messages: 5_000 } },
  );

/** A prime: no size here is a multiple of it. */
const STEP = 7_919;

/** Different numbers from all over 0 to `below` − 1, the same in every run. */
export const sample = (count: number, below: number): number[] =>
  Array.from({ length: Math.min(count, below) }, (_, i) => (i * STEP) % below);

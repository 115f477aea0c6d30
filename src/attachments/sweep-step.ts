import type { Database } from '../db/pool.ts';
import { prefixOf, type AttachmentId } from './keys.ts';
import { type ObjectStore, StoreError } from './object-store.ts';

export interface SweepParts {
  readonly database: Database;
  readonly store: ObjectStore;
}

/** Whether there may be more of it now. Rejects when PostgreSQL or the store is away: then the next round comes back to it. */
export type SweepStep = () => Promise<boolean>;

/** Rows that are looked at together. */
export const SLICE = 100;
/** So many failures in a row are not about single objects: the store is away. */
const MAX_FAILURES = 3;

/** Cleans up each. One that can't be does not keep the others waiting; its failure comes at the end. */
export async function sweepEach<T>(
  rows: readonly T[],
  clean: (row: T) => Promise<void>,
): Promise<boolean> {
  let failures = 0;
  let failure: StoreError | undefined;
  for (const row of rows) {
    try {
      await clean(row);
      failures = 0;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      failure = error;
      failures += 1;
      if (failures >= MAX_FAILURES) break;
    }
  }
  if (failure !== undefined) throw failure;
  return rows.length === SLICE;
}

/** Removes the objects of an attachment, all but these. */
export async function removeObjects(
  store: ObjectStore,
  attachment: AttachmentId,
  kept: readonly (string | null)[] = [],
): Promise<void> {
  const gone: string[] = [];
  for await (const key of store.list(prefixOf(attachment))) if (!kept.includes(key)) gone.push(key);
  if (gone.length > 0) await store.remove(gone);
}

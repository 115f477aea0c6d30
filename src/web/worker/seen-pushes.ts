import { indexedDbStorage } from '../../client/storage/indexed-db.ts';

/** Longer than a push is on its way: a day. */
const KEPT_MS = 2 * 24 * 3_600_000;

const storage = indexedDbStorage('parley-pushes');
/** Of this worker's life: of two that come at once the second is not stored yet. */
const seen = new Set<string>();

/** @returns whether it is the first time. Without a storage, whether it is while this worker lives */
export async function isNew(pushId: string): Promise<boolean> {
  if (seen.has(pushId)) return false;
  seen.add(pushId);
  try {
    const all = await storage.entries('');
    const now = Date.now();
    const old = all.filter(([, at]) => Number(at) < now - KEPT_MS);
    await Promise.all([...old.map(([id]) => storage.delete(id)), storage.set(pushId, now)]);
    return all.every(([id]) => id !== pushId);
  } catch {
    return true;
  }
}

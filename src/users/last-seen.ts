import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { uuidArray } from '../db/arrays.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';

/** Between two statements, in milliseconds: who comes when nothing was written for so long is written at once. */
const INTERVAL_MS = 100;
const RETRY_MS = 1_000;
/** Users in one statement. */
const CHUNK = 1_000;
/** So many wait at most while PostgreSQL is away. What goes beyond is not written: who comes back is. */
const MAX_WAITING = 100_000;
/** How long a node that stops waits for the last of it, in milliseconds. */
const MAX_ENDING_MS = 2_000;

export interface LastSeen {
  /**
   * Writes when a user was here, in the background; the latest time stands. Never throws, and loses it when PostgreSQL is away for
   * too long.
   *
   * @param at milliseconds since 1970
   * @param onRead gets whether the user hides, as read at some time after the call; never, when it is asked for again before that
   */
  note(userId: string, at: number, onRead?: (hides: boolean) => void): void;
}

interface Note {
  readonly at: number;
  readonly onRead: ((hides: boolean) => void) | undefined;
}

/** Only the newest question is kept: in a long outage each user is asked about again and again. */
const combine = (older: Note, newer: Note): Note => ({
  at: Math.max(older.at, newer.at),
  onRead: newer.onRead ?? older.onRead,
});

export function createLastSeen(pool: Pool, logger: Logger, disposer: Disposer): LastSeen {
  const waiting = new Map<string, Note>();
  let running: Promise<void> | undefined;
  let isFailing = false;
  let isEnding = false;

  const add = (userId: string, note: Note): void => {
    const known = waiting.get(userId);
    // Whoever wants to know is here, of which there are not too many.
    if (known === undefined && note.onRead === undefined && waiting.size >= MAX_WAITING) return;
    waiting.set(userId, known === undefined ? note : combine(known, note));
  };
  const takeSome = (): Map<string, Note> => {
    const some = new Map<string, Note>();
    for (const [userId, note] of waiting) {
      if (some.size === CHUNK) break;
      some.set(userId, note);
      waiting.delete(userId);
    }
    return some;
  };
  const write = async (): Promise<void> => {
    const notes = takeSome();
    try {
      // In one order, so that nodes that write the same users wait for each other and not in a circle.
      const ids = [...notes.keys()].toSorted();
      const { rows } = await pool.query<[userId: string, hides: boolean]>({
        name: 'last_seen',
        text: WRITE,
        rowMode: 'array',
        values: [uuidArray(ids), ids.map((id) => notes.get(id)?.at)],
      });
      if (isFailing) logger.info('when users were last here is written again');
      isFailing = false;
      for (const [userId, hides] of rows) notes.get(userId)?.onRead?.(hides);
    } catch (err) {
      for (const [userId, note] of notes) {
        const newer = waiting.get(userId);
        if (newer === undefined) add(userId, note);
        else waiting.set(userId, combine(note, newer));
      }
      // Once for an outage: the next attempt may fail alike.
      if (!isFailing) logger.warn({ err }, 'when users were last here could not be written');
      isFailing = true;
    }
  };
  const run = async (): Promise<void> => {
    // What comes in this turn goes together.
    await Promise.resolve();
    while (waiting.size > 0) {
      await write();
      if (isEnding && isFailing) return;
      if (!isEnding) await sleep(isFailing ? RETRY_MS : INTERVAL_MS, undefined, { ref: false });
    }
  };
  const start = (): void => {
    running ??= run().finally(() => (running = undefined));
  };
  disposer.defer(async () => {
    isEnding = true;
    start();
    await Promise.race([running, sleep(MAX_ENDING_MS, undefined, { ref: false })]);
  });
  return {
    note(userId, at, onRead) {
      add(userId, { at, onRead });
      start();
    },
  };
}

/** A node's clock may be ahead of PostgreSQL's: nobody was last seen in the future. */
const WRITE = `
INSERT INTO users AS u (id, last_seen_at)
SELECT k.id, least(to_timestamp(k.ms / 1000), now()) FROM unnest($1::uuid[], $2::float8[]) AS k(id, ms)
ON CONFLICT (id) DO UPDATE SET last_seen_at = greatest(u.last_seen_at, excluded.last_seen_at)
RETURNING u.id, u.hides_presence`;

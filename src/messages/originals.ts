import type { Pool } from 'pg';
import { uuidArray } from '../db/arrays.ts';
import { wireTypes } from '../db/wire-types.ts';
import { MESSAGE_COLUMNS, type MessageRow, type ToMessage } from './message-row.ts';
import type { Sent } from './send.ts';

/** A send that was stored before, as this message. */
export interface Repeat {
  /** Its place. */
  readonly n: number;
  readonly conversationId: string;
  readonly id: string;
}

/** What became of the originals: they may have been read, edited, or deleted since. */
export async function readOriginals(
  pool: Pool,
  repeats: readonly Repeat[],
  toMessage: ToMessage,
): Promise<readonly (readonly [n: number, sent: Sent])[]> {
  if (repeats.length === 0) return [];
  const { rows } = await pool.query<[at: number, ...MessageRow]>({
    name: 'originals',
    text: ORIGINALS,
    rowMode: 'array',
    types: wireTypes,
    values: [
      uuidArray(repeats.map(({ conversationId }) => conversationId)),
      uuidArray(repeats.map(({ id }) => id)),
    ],
  });
  return rows.flatMap(([at, ...row]) => {
    const repeat = repeats[at - 1];
    if (repeat === undefined) return [];
    return [
      [repeat.n, { repeated: true, message: toMessage(repeat.conversationId, row) }] as const,
    ];
  });
}

const ORIGINALS = `
SELECT i.at::integer, ${MESSAGE_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS i(conversation_id, id, at)
JOIN messages m USING (conversation_id, id)`;

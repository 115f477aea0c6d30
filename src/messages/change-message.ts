import type { Pool } from 'pg';
import { type Bus, conversationChannel } from '../bus/bus.ts';
import { encodeChange } from '../bus/envelope.ts';
import { textArray, uuidArray } from '../db/arrays.ts';
import { wireTypes } from '../db/wire-types.ts';
import { ProtocolError, invalidMessage, notAuthorized } from '../protocol/errors.ts';
import type { HistoryMessage } from '../protocol/resources.ts';
import {
  MESSAGE_COLUMNS,
  type MessageRow,
  type NoMessageRow,
  type ToMessage,
} from './message-row.ts';
import type { WriteKind } from './write-kind.ts';
import type { Writer } from './writer.ts';

export interface ChangeInput {
  readonly conversationId: string;
  readonly userId: string;
  readonly messageId: string;
  /** The new content, or the emoji. */
  readonly value: string | undefined;
}

export interface Changed {
  /** As it is afterwards. */
  readonly message: HistoryMessage;
  /** The change's number; `undefined` when all was so already. */
  readonly seq: number | undefined;
}

/**
 * Resolves after COMMIT; what is so already changes nothing. Rejects with `not_authorized`, with `invalid_message` when the
 * message is not of this conversation, or not the user's own where it must be, with `conflict` when it is not as it would
 * have to be, or with `unavailable`.
 */
export type ChangeMessage = (input: ChangeInput) => Promise<Changed>;

/** How messages can be changed. In its SQL a row of `asked` is the message, the input (`user_id`, `value`) and its conversation. */
export interface MessageChange {
  readonly kind: 'edit' | 'delete' | 'react' | 'unreact';
  /** An expression over `asked`: `'made'`, `'same'` when it is so already, or why not, one of {@link MessageChange.refusals}. */
  readonly verdict: string;
  readonly refusals: Readonly<Record<string, () => ProtocolError>>;
  /** Assignments to the message `m`; `f` is its row of `asked`, with `at`, the time of the change. */
  readonly set: string;
  /** What else is written: CTEs over `fresh`, each with a comma before it. */
  readonly also?: string;
  /** More assignments to the conversation `c`; {@link MessageChange.totals} are columns of `f`. */
  readonly count?: string;
  /** Aggregates over `fresh`, each with a comma before it. */
  readonly totals?: string;
  frame(input: ChangeInput, message: HistoryMessage, seq: number): string;
}

export const notOwn = () => invalidMessage('messageId must be a message of your own');

export function createChangeMessage(
  change: MessageChange,
  writer: Writer,
  bus: Bus,
  toMessage: ToMessage,
): ChangeMessage {
  const text = statement(change);
  const changing: WriteKind<ChangeInput, Changed> = {
    name: change.kind,
    // A message is changed once in a statement.
    key: ({ conversationId, messageId }) => conversationId + messageId,
    async run(pool, inputs) {
      const rows = await ask(pool, change.kind, text, inputs);
      return inputs.map((input, i) => {
        const row = rows[i];
        if (row === undefined) return notAuthorized();
        const [, verdict, seq, ...columns] = row;
        if (columns[0] === null)
          return invalidMessage('messageId must be a message of this conversation');
        const refusal = change.refusals[verdict];
        if (refusal !== undefined) return refusal();
        const message = toMessage(input.conversationId, columns);
        if (seq === null) return { message, seq: undefined };
        const payload = encodeChange(seq, change.frame(input, message, seq));
        bus.publish(conversationChannel(input.conversationId), payload);
        return { message, seq };
      });
    },
  };
  return (input) => writer.submit(changing, input);
}

type Row = [n: number, verdict: string, seq: number | null, ...message: MessageRow | NoMessageRow];

/** By the place of their inputs; of those that were not allowed there is none. */
async function ask(
  pool: Pool,
  name: string,
  text: string,
  inputs: readonly ChangeInput[],
): Promise<readonly (Row | undefined)[]> {
  const { rows } = await pool.query<Row>({
    name,
    text,
    rowMode: 'array',
    types: wireTypes,
    values: [
      uuidArray(inputs.map((input) => input.conversationId)),
      uuidArray(inputs.map((input) => input.userId)),
      uuidArray(inputs.map((input) => input.messageId)),
      textArray(inputs.map((input) => input.value)),
    ],
  });
  const byInput = inputs.map((): Row | undefined => undefined);
  for (const row of rows) byInput[row[0] - 1] = row;
  return byInput;
}

/**
 * One batch, locked as in `send.ts`. The messages are locked too, after their conversations: that is how a statement that had
 * to wait sees what they are now, and not what they were when it began.
 */
const statement = ({ kind, verdict, set, also = '', count = '', totals = '' }: MessageChange) => `
WITH input AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
    WITH ORDINALITY AS i(conversation_id, user_id, message_id, value, n)
), locked AS MATERIALIZED (
  SELECT id, buyer_id, seller_id, seq, changed_at FROM conversations
  WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
), allowed AS MATERIALIZED (
  SELECT i.n, i.user_id, i.value, i.message_id, c.id AS conversation_id, c.buyer_id, c.seq AS base, c.changed_at
  FROM input i JOIN locked c ON c.id = i.conversation_id AND i.user_id IN (c.buyer_id, c.seller_id)
), asked AS MATERIALIZED (
  SELECT a.n, a.user_id, a.value, a.conversation_id, a.buyer_id, a.base, a.changed_at, ${MESSAGE_COLUMNS}
  FROM allowed a JOIN messages m ON m.conversation_id = a.conversation_id AND m.id = a.message_id
  FOR NO KEY UPDATE OF m
), judged AS MATERIALIZED (
  SELECT *, ${verdict} AS verdict FROM asked
), fresh AS MATERIALIZED (
  SELECT *, (base + row_number() OVER (PARTITION BY conversation_id ORDER BY n))::integer AS change_seq,
    greatest(date_trunc('milliseconds', clock_timestamp()), changed_at) AS at
  FROM judged WHERE verdict = 'made'
), changed AS (
  UPDATE messages m SET ${set} FROM fresh f
  WHERE m.conversation_id = f.conversation_id AND m.id = f.id
  RETURNING f.n, f.change_seq, ${MESSAGE_COLUMNS}
), logged AS (
  INSERT INTO changes (conversation_id, seq, kind, user_id, message_id, created_at, emoji)
  SELECT conversation_id, change_seq, '${kind}', user_id, id, at,
    ${kind === 'react' || kind === 'unreact' ? 'value' : 'NULL'} FROM fresh
)${also}, counted AS (
  UPDATE conversations c SET seq = f.last, changed_at = f.at${count}
  FROM (
    SELECT conversation_id, max(change_seq) AS last, max(at) AS at${totals}
    FROM fresh GROUP BY conversation_id
  ) f
  WHERE c.id = f.conversation_id
)
SELECT m.n::integer, 'made', m.change_seq, ${MESSAGE_COLUMNS} FROM changed m
UNION ALL
SELECT m.n::integer, m.verdict, NULL, ${MESSAGE_COLUMNS} FROM judged m WHERE m.verdict <> 'made'
UNION ALL
SELECT a.n::integer, 'unknown', NULL, ${MESSAGE_COLUMNS.replaceAll(/m\.\w+/g, 'NULL')}
FROM allowed a WHERE NOT EXISTS (SELECT FROM asked m WHERE m.n = a.n)`;

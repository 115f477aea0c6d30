import type { Bus } from '../bus/bus.ts';
import { textArray, uuidArray } from '../db/arrays.ts';
import type { Database } from '../db/pool.ts';
import { createBatcher } from '../lib/batcher.ts';
import type { ToMessage } from './message-row.ts';
import { readOriginals } from './originals.ts';
import { type SendInput, type Sent, publishMessage } from './send.ts';
import { joinIds } from './send-statement.ts';
import { FIRST_VERSION, isSameSend } from './versions.ts';

/**
 * The original of a send that is repeated with the same content, published again; `undefined` when there is none yet. Writes
 * nothing, so however many ask, the writer's batches do not wait for them.
 */
export type RecallMessage = (input: SendInput) => Promise<Sent | undefined>;

/** One statement at a time: whoever asks is over a limit, and can wait for its turn. */
const RECALLED_TOGETHER = { maxSize: 500, maxRunning: 1 };

export function createRecallMessage(
  { pool }: Database,
  bus: Bus,
  toMessage: ToMessage,
): RecallMessage {
  return createBatcher<SendInput, Sent | undefined>(async (inputs) => {
    const { rows } = await pool.query<[n: number, id: string]>({
      name: 'recall',
      text: RECALL,
      rowMode: 'array',
      values: [
        uuidArray(inputs.map((input) => input.conversationId)),
        uuidArray(inputs.map((input) => input.senderId)),
        textArray(inputs.map((input) => input.clientMessageId)),
        textArray(inputs.map((input) => input.content)),
        textArray(inputs.map(joinIds)),
      ],
    });
    const results = inputs.map((): Sent | undefined => undefined);
    const repeats = rows.map(([n, id]) => ({
      n,
      id,
      conversationId: inputs[n - 1]?.conversationId ?? '',
    }));
    for (const [n, sent] of await readOriginals(pool, repeats, toMessage)) {
      publishMessage(bus, inputs[n - 1]?.conversationId ?? '', sent.message);
      results[n - 1] = sent;
    }
    return results;
  }, RECALLED_TOGETHER);
}

/** As a repeat in `SEND`. Only a party can have sent, so nobody has to be asked whether they are one. */
const RECALL = `
SELECT i.n::integer, m.id
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])
  WITH ORDINALITY AS i(conversation_id, sender_id, client_message_id, content, attachment_ids, n)
JOIN messages m USING (conversation_id, sender_id, client_message_id) ${FIRST_VERSION}
WHERE ${isSameSend('i.content', 'i.attachment_ids')}`;

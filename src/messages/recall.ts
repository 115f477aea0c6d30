import type { Bus } from '../bus/bus.ts';
import { textArray, uuidArray } from '../db/arrays.ts';
import type { Database } from '../db/pool.ts';
import { createBatcher } from '../lib/batcher.ts';
import { type SendInput, type SendRow, type Sent, publishMessage, toSent } from './send.ts';

/**
 * The original of a send that is repeated with the same content, published again; `undefined` when there is none yet. Writes
 * nothing, so however many ask, the writer's batches do not wait for them.
 */
export type RecallMessage = (input: SendInput) => Promise<Sent | undefined>;

/** One statement at a time: whoever asks is over a limit, and can wait for its turn. */
const RECALLED_TOGETHER = { maxSize: 500, maxRunning: 1 };

export function createRecallMessage({ pool }: Database, bus: Bus): RecallMessage {
  return createBatcher<SendInput, Sent | undefined>(async (inputs) => {
    const { rows } = await pool.query<SendRow>({
      name: 'recall',
      text: RECALL,
      rowMode: 'array',
      values: [
        uuidArray(inputs.map((input) => input.conversationId)),
        uuidArray(inputs.map((input) => input.senderId)),
        textArray(inputs.map((input) => input.clientMessageId)),
        textArray(inputs.map((input) => input.content)),
      ],
    });
    const results = inputs.map((): Sent | undefined => undefined);
    for (const row of rows) {
      const input = inputs[row[0] - 1];
      if (input === undefined) continue;
      const sent = toSent(input, row);
      publishMessage(bus, input.conversationId, sent.message);
      results[row[0] - 1] = sent;
    }
    return results;
  }, RECALLED_TOGETHER);
}

/** As a repeat in `SEND`. Only a party can have sent, so nobody has to be asked whether they are one. */
const RECALL = `
SELECT i.n::integer, m.id, m.seq, date_part('epoch', m.created_at) * 1000,
  date_part('epoch', m.read_at) * 1000, 'repeated'
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
  WITH ORDINALITY AS i(conversation_id, sender_id, client_message_id, content, n)
JOIN messages m USING (conversation_id, sender_id, client_message_id)
WHERE m.content = i.content`;

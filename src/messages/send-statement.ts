import { textArray, uuidArray, uuidArrayOf } from '../db/arrays.ts';
import type { StoredAttachment } from '../db/schema.ts';
import { writeMessageId } from './message-id.ts';
import type { SendInput } from './send.ts';
import { FIRST_VERSION, isSameSend } from './versions.ts';

/** What a send ends with: `unfinished` when nobody has looked at an attachment yet. */
export type SendOutcome =
  | 'stored'
  | 'repeated'
  | 'conflict'
  | 'foreign'
  | 'used'
  | 'refused'
  | 'unfinished';

/** An answer of each input that was allowed. */
export type SendRow = [
  n: number,
  id: string,
  seq: number,
  createdMs: number,
  outcome: SendOutcome,
  attachments?: readonly StoredAttachment[] | null,
];

export interface SendStatement {
  readonly name: string;
  readonly text: string;
  readonly values: (inputs: readonly SendInput[]) => unknown[];
}

/** As the statements compare them. */
export const joinIds = ({ attachmentIds }: SendInput): string | undefined =>
  attachmentIds?.join(',');

const columns = (inputs: readonly SendInput[]): unknown[] => {
  const now = Date.now();
  return [
    uuidArray(inputs.map((input) => input.conversationId)),
    uuidArray(inputs.map((input) => input.senderId)),
    uuidArrayOf(inputs.length, (bytes, at) => writeMessageId(bytes, at, now)),
    textArray(inputs.map((input) => input.content)),
    textArray(inputs.map((input) => input.clientMessageId)),
  ];
};

/** What differs between sends with and without files. */
interface Parts {
  readonly ids: string;
  /** CTEs over `allowed`, each with a comma before it. */
  readonly look: string;
  /** Whether nothing speaks against the files of `a`. */
  readonly isGood: string;
  readonly attachments: string;
  /** CTEs over `fresh`. */
  readonly take: string;
  readonly answerAttachments: string;
  /** A row of each whose files are no good. */
  readonly refused: string;
}

/**
 * One batch. `locked` takes the conversations' rows in id order, so that batches of different nodes can't deadlock, and
 * sees their newest version even when it had to wait for it (PostgreSQL manual, "Read Committed Isolation Level").
 * `known` sees only what was committed when the statement began: a retry that races with its original ends in a unique
 * violation, and the writer runs the batch again; with files it finds them used, and `send.ts` asks again. A row without an
 * answer was not allowed.
 */
const statement = (parts: Parts, arrays: string, names: string): string => `
WITH input AS (
  SELECT * FROM unnest(${arrays})
    WITH ORDINALITY AS i(${names}, n)
), locked AS MATERIALIZED (
  SELECT id, buyer_id, seller_id, seq, changed_at FROM conversations
  WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
), allowed AS (
  SELECT i.*, c.seq AS base, c.changed_at, i.sender_id = c.buyer_id AS by_buyer
  FROM input i JOIN locked c ON c.id = i.conversation_id AND i.sender_id IN (c.buyer_id, c.seller_id)
), known AS (
  SELECT a.n, m.id, m.seq, m.created_at, ${isSameSend('a.content', parts.ids)} AS same
  FROM allowed a JOIN messages m USING (conversation_id, sender_id, client_message_id) ${FIRST_VERSION}
)${parts.look}, fresh AS (
  SELECT a.*,
    (base + row_number() OVER (PARTITION BY conversation_id ORDER BY n))::integer AS seq,
    greatest(date_trunc('milliseconds', clock_timestamp()), changed_at) AS created_at${parts.attachments}
  FROM allowed a WHERE NOT EXISTS (SELECT FROM known k WHERE k.n = a.n)${parts.isGood}
), inserted AS (
  INSERT INTO messages (id, conversation_id, sender_id, content, created_at, seq, client_message_id${parts.answerAttachments})
  SELECT id, conversation_id, sender_id, content, created_at, seq, client_message_id${parts.answerAttachments} FROM fresh
)${parts.take}, counted AS (
  UPDATE conversations c
  SET seq = f.last, last_message_at = f.at, changed_at = f.at,
    buyer_sent = c.buyer_sent + f.by_buyer, seller_sent = c.seller_sent + f.by_seller
  FROM (
    SELECT conversation_id, max(seq) AS last, max(created_at) AS at,
      count(*) FILTER (WHERE by_buyer) AS by_buyer, count(*) FILTER (WHERE NOT by_buyer) AS by_seller
    FROM fresh GROUP BY conversation_id
  ) f
  WHERE c.id = f.conversation_id
)
SELECT n::integer, id, seq, date_part('epoch', created_at) * 1000, 'stored'${parts.answerAttachments}
FROM fresh
UNION ALL
SELECT n::integer, id, seq, date_part('epoch', created_at) * 1000,
  CASE WHEN same THEN 'repeated' ELSE 'conflict' END${parts.answerAttachments === '' ? '' : ', NULL'}
FROM known${parts.refused}`;

export const SEND: SendStatement = {
  name: 'send',
  text: statement(
    {
      ids: 'NULL',
      look: '',
      isGood: '',
      attachments: '',
      take: '',
      answerAttachments: '',
      refused: '',
    },
    '$1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]',
    'conversation_id, sender_id, id, content, client_message_id',
  ),
  values: columns,
};

/** The files are locked after their conversations, so that they are seen as they are now. */
export const SEND_FILES: SendStatement = {
  name: 'send_files',
  text: statement(
    {
      ids: 'a.attachment_ids',
      look: `, wanted AS MATERIALIZED (
  SELECT a.n, a.conversation_id, a.sender_id, w.id::uuid, w.place
  FROM allowed a, string_to_table(a.attachment_ids, ',') WITH ORDINALITY AS w(id, place)
), files AS MATERIALIZED (
  SELECT w.n, w.place, t.*
  FROM wanted w JOIN attachments t
    ON t.conversation_id = w.conversation_id AND t.id = w.id AND t.uploader_id = w.sender_id
  FOR NO KEY UPDATE OF t
), judged AS MATERIALIZED (
  SELECT w.n, CASE
    WHEN count(f.id) < count(*) THEN 'foreign'
    WHEN count(f.message_id) > 0 THEN 'used'
    WHEN bool_or(f.state = 'refused') THEN 'refused'
    WHEN bool_or(f.state = 'announced') THEN 'unfinished'
    ELSE 'good' END AS verdict,
    jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
      'id', f.id, 'name', f.name, 'contentType', f.content_type, 'size', f.size, 'width', f.width,
      'height', f.height, 'hasThumbnail', f.thumbnail_key IS NOT NULL)) ORDER BY w.place) AS attachments
  FROM wanted w LEFT JOIN files f USING (n, id) GROUP BY w.n
)`,
      isGood: ` AND EXISTS (SELECT FROM judged j WHERE j.n = a.n AND j.verdict = 'good')`,
      attachments: ', (SELECT j.attachments FROM judged j WHERE j.n = a.n)',
      take: `, taken AS (
  UPDATE attachments t SET message_id = f.id
  FROM fresh f JOIN wanted w USING (n)
  WHERE t.conversation_id = w.conversation_id AND t.id = w.id
)`,
      answerAttachments: ', attachments',
      refused: `
UNION ALL
SELECT j.n::integer, NULL, NULL, NULL, j.verdict, NULL
FROM judged j WHERE j.verdict <> 'good' AND NOT EXISTS (SELECT FROM known k WHERE k.n = j.n)`,
    },
    '$1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[]',
    'conversation_id, sender_id, id, content, client_message_id, attachment_ids',
  ),
  values: (inputs) => [...columns(inputs), textArray(inputs.map(joinIds))],
};

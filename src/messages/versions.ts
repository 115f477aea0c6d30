/** What a message said before the change `fresh`: `message_versions` is only ever added to. */
export const keepVersion = (reason: 'edit' | 'delete'): string => `, kept AS (
  INSERT INTO message_versions
    (conversation_id, seq, message_id, content, attachments, reason, created_at, replaced_at)
  SELECT conversation_id, change_seq, id, content, attachments, '${reason}', coalesce(edited_at, created_at), at
  FROM fresh
)`;

/**
 * What a message `m` said first, as `o`: no row of it when it was never changed, or when its versions have been cleaned up.
 */
export const FIRST_VERSION = `LEFT JOIN LATERAL (
  SELECT v.content, v.attachments FROM message_versions v
  WHERE (m.edited_at IS NOT NULL OR m.deleted_at IS NOT NULL)
    AND v.conversation_id = m.conversation_id AND v.message_id = m.id
  ORDER BY v.seq LIMIT 1
) o ON true`;

/**
 * Whether a send says what the message `m` said first, as far as that is known: content, and ids of attachments with commas
 * between them, `NULL` without any.
 */
export const isSameSend = (content: string, attachmentIds: string): string => `CASE
  WHEN m.deleted_at IS NOT NULL AND o.content IS NULL THEN true
  ELSE coalesce(o.content, m.content) = ${content} AND (
    SELECT string_agg(file ->> 'id', ',' ORDER BY place)
    FROM jsonb_array_elements(CASE WHEN o.content IS NULL THEN m.attachments ELSE o.attachments END)
      WITH ORDINALITY AS files(file, place)
  ) IS NOT DISTINCT FROM ${attachmentIds} END`;

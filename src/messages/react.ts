import { conflict } from '../protocol/errors.ts';
import { MAX_REACTIONS } from '../protocol/limits.ts';
import type { MessageChange } from './change-message.ts';
import { reactionFrame } from './frames.ts';

/** A {@link StoredReaction}. */
const REACTION = `jsonb_build_object('emoji', value, 'userId', user_id)`;
const IS_THERE = `coalesce(reactions @> jsonb_build_array(${REACTION}), false)`;

export const reacting: MessageChange = {
  kind: 'react',
  verdict: `CASE
    WHEN deleted_at IS NOT NULL THEN 'deleted'
    WHEN ${IS_THERE} THEN 'same'
    WHEN (
      SELECT count(*) FROM jsonb_array_elements(reactions) r WHERE r ->> 'userId' = user_id::text
    ) >= ${MAX_REACTIONS} THEN 'full'
    ELSE 'made' END`,
  refusals: {
    deleted: () => conflict('the message was deleted'),
    full: () => conflict(`at most ${MAX_REACTIONS} reactions to a message`),
  },
  set: `reactions = coalesce(f.reactions, '[]') || ${REACTION}`,
  frame: (input, _, seq) => reactionFrame('reaction_added', toReacted(input, seq)),
};

export const unreacting: MessageChange = {
  kind: 'unreact',
  verdict: `CASE WHEN ${IS_THERE} THEN 'made' ELSE 'same' END`,
  refusals: {},
  set: `reactions = (
    SELECT jsonb_agg(r ORDER BY place)
    FROM jsonb_array_elements(f.reactions) WITH ORDINALITY AS rs(r, place)
    WHERE r <> ${REACTION}
  )`,
  frame: (input, _, seq) => reactionFrame('reaction_removed', toReacted(input, seq)),
};

const toReacted = (
  { conversationId, messageId, userId, value = '' }: Parameters<MessageChange['frame']>[0],
  seq: number,
) => ({ conversationId, messageId, userId, emoji: value, seq });

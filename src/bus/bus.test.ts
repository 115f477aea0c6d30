import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  CONVERSATION_ID_AT,
  NODES_CHANNEL,
  PRESENCE_CHANNEL,
  conversationChannel,
  conversationIdOf,
  isConversationChannel,
  isNodesChannel,
  isPresenceChannel,
  isUserChannel,
  userChannel,
  userIdOf,
} from './bus.ts';

const id = randomUUID();

test.each([
  ['a conversation', conversationChannel(id), isConversationChannel],
  ['a user', userChannel(id), isUserChannel],
  ['the nodes', NODES_CHANNEL, isNodesChannel],
  ['presence', PRESENCE_CHANNEL, isPresenceChannel],
])('the channel of %s is of one kind', (_, channel, isOfItsKind) => {
  const kinds = [isConversationChannel, isUserChannel, isNodesChannel, isPresenceChannel];
  expect(kinds.filter((is) => is(Buffer.from(channel)))).toEqual([isOfItsKind]);
});

test('ids are found in channels', () => {
  expect(conversationChannel(id).slice(CONVERSATION_ID_AT)).toBe(id);
  expect(conversationIdOf(Buffer.from(conversationChannel(id)))).toBe(id);
  expect(userIdOf(Buffer.from(userChannel(id)))).toBe(id);
});

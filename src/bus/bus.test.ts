import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  CONVERSATION_ID_AT,
  NODES_CHANNEL,
  conversationChannel,
  conversationIdOf,
  isConversationChannel,
  isNodesChannel,
  isUserChannel,
  userChannel,
  userIdOf,
} from './bus.ts';

const id = randomUUID();

test.each([
  ['a conversation', conversationChannel(id), isConversationChannel],
  ['a user', userChannel(id), isUserChannel],
  ['the nodes', NODES_CHANNEL, isNodesChannel],
])('the channel of %s is of one kind', (_, channel, isOfItsKind) => {
  const kinds = [isConversationChannel, isUserChannel, isNodesChannel];
  expect(kinds.filter((is) => is(Buffer.from(channel)))).toEqual([isOfItsKind]);
});

test('ids are found in channels', () => {
  expect(conversationChannel(id).slice(CONVERSATION_ID_AT)).toBe(id);
  expect(conversationIdOf(Buffer.from(conversationChannel(id)))).toBe(id);
  expect(userIdOf(Buffer.from(userChannel(id)))).toBe(id);
});

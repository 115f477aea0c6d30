import { randomUUID } from 'node:crypto';
import type { Push } from '../../src/push/provider.ts';

/** A push of which nothing matters but what is given. */
export const aPush = (push: Partial<Push> = {}): Push => ({
  id: randomUUID(),
  conversationId: randomUUID(),
  messageId: randomUUID(),
  seq: 7,
  title: 'Bob',
  body: 'Is the red bicycle still there?',
  unreadCount: 2,
  badge: 5,
  url: undefined,
  expiresAt: Date.now() + 86_400_000,
  ...push,
});

const FAMILY = '👨‍👩‍👧‍👦';

/** Contents that are too large for any provider, each in another way. */
export const LARGE: [string, string][] = [
  ['ASCII', 'x'.repeat(10_000)],
  ['emoji of many code points', FAMILY.repeat(500)],
  ['what JSON escapes', '"\n\u0001'.repeat(2_000)],
  ['halves of characters', '\ud83d'.repeat(3_000)],
  ['accents behind each other', `e${'\u0301'.repeat(5_000)}`],
];

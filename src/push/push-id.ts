import { namedUuid } from '../lib/uuid.ts';

/** The namespace of pushes (RFC 9562, section 5.5). Devices compare them: it never changes. */
const NAMESPACE = Buffer.from('9d1f3c7a64e04b6fa1c25d8e7b90f316', 'hex');

/** UUIDv5 of whom it tells of what: the same however often it is sent. */
export const pushId = (conversationId: string, userId: string, seq: number): string =>
  namedUuid(NAMESPACE, `${conversationId}:${userId}:${seq}`);

import { createHash } from 'node:crypto';
import { readUuid } from '../lib/uuid.ts';

/** The namespace of pushes (RFC 9562, section 5.5). Devices compare them: it never changes. */
const NAMESPACE = Buffer.from('9d1f3c7a64e04b6fa1c25d8e7b90f316', 'hex');

/** UUIDv5 of whom it tells of what: the same however often it is sent. */
export function pushId(conversationId: string, userId: string, seq: number): string {
  const hash = createHash('sha1')
    .update(NAMESPACE)
    .update(`${conversationId}:${userId}:${seq}`)
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return readUuid(hash, 0);
}

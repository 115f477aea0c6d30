import { createHash } from 'node:crypto';

/** The namespace of conversation ids (RFC 9562, section 5.5). Part of the data: it never changes. */
const NAMESPACE = Buffer.from('7061726c65795f80a1637a7e1f0c9e5d', 'hex');

/**
 * UUIDv5 of (listing, buyer): any node gives the same conversation the same id, so that creating twice is one row.
 *
 * @param buyerId in lower case
 */
export function conversationId(listingId: number, buyerId: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(`${listingId}:${buyerId}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

import { namedUuid } from '../lib/uuid.ts';

/** The namespace of conversation ids (RFC 9562, section 5.5). Part of the data: it never changes. */
const NAMESPACE = Buffer.from('7061726c65795f80a1637a7e1f0c9e5d', 'hex');

/**
 * UUIDv5 of (listing, buyer): any node gives the same conversation the same id, so that creating twice is one row.
 *
 * @param buyerId in lower case
 */
export const conversationId = (listingId: number, buyerId: string): string =>
  namedUuid(NAMESPACE, `${listingId}:${buyerId}`);

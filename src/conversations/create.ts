import { and, eq } from 'drizzle-orm';
import { type Bus, userChannel } from '../bus/bus.ts';
import type { Database } from '../db/pool.ts';
import { conversations } from '../db/schema.ts';
import { ProtocolError, rateLimited } from '../protocol/errors.ts';
import type { Conversation } from '../protocol/resources.ts';
import { conversationId } from './conversation-id.ts';
import { encodeControl } from './control.ts';
import type { GetConversation } from './get.ts';

export interface CreateInput {
  readonly listingId: number;
  readonly buyerId: string;
  readonly sellerId: string;
}

export interface Created {
  readonly conversation: Conversation;
  /** False when it was there before. */
  readonly created: boolean;
}

/**
 * One conversation for each buyer and listing: the second call, on whichever node, gets the first one's. Rejects with
 * `invalid_message` when buyer and seller are the same, `conflict` when the listing's conversation has another seller,
 * `rate_limited` when the buyer has started too many.
 */
export type CreateConversation = (input: CreateInput) => Promise<Created>;

/** @param admit counts a new conversation of this user: 0, or how long to wait, in milliseconds */
export function createCreateConversation(
  { orm }: Database,
  bus: Bus,
  getConversation: GetConversation,
  admit: (userId: string) => Promise<number>,
): CreateConversation {
  /** By (listing, buyer) and not by id: imported rows may have other ids. */
  const find = async (listingId: number, buyerId: string) => {
    const [found] = await orm
      .select({ id: conversations.id, sellerId: conversations.sellerId })
      .from(conversations)
      .where(and(eq(conversations.listingId, listingId), eq(conversations.buyerId, buyerId)));
    return found;
  };
  const insert = async (listingId: number, buyerId: string, sellerId: string): Promise<boolean> => {
    const wait = await admit(buyerId);
    if (wait > 0) throw rateLimited('new conversations', wait);
    const row = { id: conversationId(listingId, buyerId), listingId, buyerId, sellerId };
    const inserted = await orm
      .insert(conversations)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: conversations.id });
    return inserted.length > 0;
  };

  return async ({ listingId, buyerId, sellerId }) => {
    if (buyerId === sellerId) throw new SameParties();
    // Asking for one that is there is not limited, so whether it is comes first.
    const known = await find(listingId, buyerId);
    const created = known === undefined && (await insert(listingId, buyerId, sellerId));
    const stored = known ?? (await find(listingId, buyerId));
    if (stored === undefined) throw new Error('a conversation vanished');
    if (stored.sellerId !== sellerId) {
      throw new ProtocolError('conflict', 'the conversation about this listing has another seller');
    }
    // Told again when it was there before: the node that made it may have died before it could say so. Hubs that know it
    // ignore this.
    const control = encodeControl({ kind: 'conversation_created', id: stored.id });
    bus.publish(userChannel(buyerId), control);
    bus.publish(userChannel(sellerId), control);
    return { conversation: await getConversation(stored.id, buyerId), created };
  };
}

/** Answered with 422: the body is well-formed, and still makes no sense. */
export class SameParties extends ProtocolError {
  constructor() {
    super('invalid_message', 'sellerId must not be the caller: nobody buys from themselves');
  }
}

import { sql } from 'drizzle-orm';
import type { JSONWebKeySet } from 'jose';
import {
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/**
 * One row per buyer and listing. `id` is computed from the two (`conversations/conversation-id.ts`), so the primary key
 * is the uniqueness on any engine.
 *
 * Every message updates its row. No index covers a column that a message changes, and pages are half empty
 * (`fillfactor` in the migration), so these updates stay HOT (PostgreSQL manual, "Heap-Only Tuples").
 */
export const conversations = pgTable(
  'conversations',
  {
    id: uuid('id').primaryKey(),
    listingId: integer('listing_id').notNull(),
    buyerId: uuid('buyer_id').notNull(),
    sellerId: uuid('seller_id').notNull(),
    lastMessageAt: moment('last_message_at'),
    createdAt: moment('created_at')
      .notNull()
      .default(sql`date_trunc('milliseconds', clock_timestamp())`),
    /** The last change given out: 0 before the first. */
    seq: integer('seq').notNull().default(0),
    /** When that change was made. Never goes back within a conversation, whatever the clock does. */
    changedAt: moment('changed_at'),
    /** How many messages each party has sent, and how many of the other party's it has read. */
    buyerSent: integer('buyer_sent').notNull().default(0),
    sellerSent: integer('seller_sent').notNull().default(0),
    buyerRead: integer('buyer_read').notNull().default(0),
    sellerRead: integer('seller_read').notNull().default(0),
    /** The seq of the last message each party has read: 0 before the first. */
    buyerReadSeq: integer('buyer_read_seq').notNull().default(0),
    sellerReadSeq: integer('seller_read_seq').notNull().default(0),
  },
  (table) => [
    unique('conversations_listing_id_buyer_id_key').on(table.listingId, table.buyerId),
    check('conversations_buyer_is_not_seller', sql`${table.buyerId} <> ${table.sellerId}`),
    index('conversations_buyer_id_idx').on(table.buyerId),
    index('conversations_seller_id_idx').on(table.sellerId),
    // Nodes look for conversations they were not told of.
    index('conversations_created_at_idx').on(table.createdAt, table.id),
  ],
);

/**
 * No foreign key: the writer inserts only while it holds the conversation's row, and conversations are never deleted.
 * The check would cost a third of the insert (docs/architecture.md).
 */
export const messages = pgTable(
  'messages',
  {
    id: uuid('id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    senderId: uuid('sender_id').notNull(),
    content: text('content').notNull(),
    readAt: moment('read_at'),
    createdAt: moment('created_at').notNull(),
    seq: integer('seq').notNull(),
    clientMessageId: text('client_message_id'),
  },
  (table) => [
    primaryKey({ name: 'messages_pkey', columns: [table.conversationId, table.id] }),
    unique('messages_conversation_id_seq_key').on(table.conversationId, table.seq),
    uniqueIndex('messages_client_message_id_key')
      .on(table.conversationId, table.senderId, table.clientMessageId)
      .where(sql`${table.clientMessageId} is not null`),
  ],
);

/**
 * What was changed other than by sending: with `messages` this is the whole log of a conversation's seq, so that a node
 * or a client that missed some changes can be given exactly those.
 */
export const changes = pgTable(
  'changes',
  {
    conversationId: uuid('conversation_id').notNull(),
    seq: integer('seq').notNull(),
    kind: text('kind', { enum: ['read'] }).notNull(),
    /** Who made the change. */
    userId: uuid('user_id').notNull(),
    messageId: uuid('message_id').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [primaryKey({ name: 'changes_pkey', columns: [table.conversationId, table.seq] })],
);

/** The last keys an identity provider gave, so that nodes can start while it is away. */
export const keptKeys = pgTable('kept_keys', {
  /** Where they are from. */
  url: text('url').primaryKey(),
  /** A JSON Web Key Set (RFC 7517, section 5): public keys. */
  jwks: jsonb('jwks').$type<JSONWebKeySet>().notNull(),
  fetchedAt: moment('fetched_at').notNull(),
});

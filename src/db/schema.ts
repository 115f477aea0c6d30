import { sql } from 'drizzle-orm';
import type { JSONWebKeySet } from 'jose';
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

/** As messages have them: the rest of the frame is made when it is shown. */
export interface StoredReaction {
  readonly emoji: string;
  readonly userId: string;
}

export interface StoredAttachment {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly width?: number;
  readonly height?: number;
  readonly hasThumbnail: boolean;
}

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
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
    /**
     * How many messages each party has sent, without those that were deleted before they were read, and how many of the
     * other party's it has read.
     */
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
 * No foreign key: the writer inserts only while it holds the conversation's row, and a trigger deletes them with it (migration 0004).
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
    editedAt: moment('edited_at'),
    /** Its content is empty then, and there are no attachments or reactions. */
    deletedAt: moment('deleted_at'),
    /** In the order they were added. */
    reactions: jsonb('reactions').$type<readonly StoredReaction[]>(),
    /** As they were sent: `attachments` has where they are. */
    attachments: jsonb('attachments').$type<readonly StoredAttachment[]>(),
  },
  (table) => [
    primaryKey({ name: 'messages_pkey', columns: [table.conversationId, table.id] }),
    unique('messages_conversation_id_seq_key').on(table.conversationId, table.seq),
    uniqueIndex('messages_client_message_id_key')
      .on(table.conversationId, table.senderId, table.clientMessageId)
      .where(sql`${table.clientMessageId} is not null`),
    // Workers look for new messages of all conversations. A BRIN index costs an insert less, but is no use for the newest (docs/performance.md).
    index('messages_created_at_idx').on(table.createdAt),
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
    kind: text('kind', { enum: ['read', 'edit', 'delete', 'react', 'unreact'] }).notNull(),
    /** Who made the change. */
    userId: uuid('user_id').notNull(),
    messageId: uuid('message_id').notNull(),
    createdAt: moment('created_at').notNull(),
    /** Of a reaction. */
    emoji: text('emoji'),
  },
  (table) => [primaryKey({ name: 'changes_pkey', columns: [table.conversationId, table.seq] })],
);

/**
 * What messages said before they were edited or deleted, for the operator alone (evidence in a dispute). Only ever added to;
 * those of deleted messages go after `DELETED_RETENTION_DAYS`.
 */
export const messageVersions = pgTable(
  'message_versions',
  {
    conversationId: uuid('conversation_id').notNull(),
    /** The change that replaced it. */
    seq: integer('seq').notNull(),
    messageId: uuid('message_id').notNull(),
    content: text('content').notNull(),
    attachments: jsonb('attachments').$type<readonly StoredAttachment[]>(),
    /** What replaced it. */
    reason: text('reason', { enum: ['edit', 'delete'] }).notNull(),
    /** Since when the message said this. */
    createdAt: moment('created_at').notNull(),
    replacedAt: moment('replaced_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'message_versions_pkey', columns: [table.conversationId, table.seq] }),
    index('message_versions_message_id_idx').on(table.conversationId, table.messageId),
    // Of deleted messages they are cleaned up one day.
    index('message_versions_deleted_idx')
      .on(table.replacedAt)
      .where(sql`${table.reason} = 'delete'`),
  ],
);

/** Files: what was announced, what was found of them, and to which message they belong. */
export const attachments = pgTable(
  'attachments',
  {
    conversationId: uuid('conversation_id').notNull(),
    id: uuid('id').notNull(),
    uploaderId: uuid('uploader_id').notNull(),
    name: text('name').notNull(),
    /** As announced; found from the bytes once it is `ready`. */
    contentType: text('content_type').notNull(),
    /** In bytes; without what was removed once it is `ready`. */
    size: bigint('size', { mode: 'number' }).notNull(),
    /** `refused`: it is not what was announced, or harmful; there is nothing of it any more. */
    state: text('state', { enum: ['announced', 'ready', 'refused'] })
      .notNull()
      .default('announced'),
    /** Of images, in pixels. */
    width: integer('width'),
    height: integer('height'),
    /** In the object store, once it is `ready`. */
    objectKey: text('object_key'),
    thumbnailKey: text('thumbnail_key'),
    /** The message it was sent with. */
    messageId: uuid('message_id'),
    createdAt: moment('created_at').notNull(),
    /** When its message was deleted: the objects go after `DELETED_RETENTION_DAYS`. */
    deletedAt: moment('deleted_at'),
    /** When what an upload may have left beside these objects was cleaned up. */
    sweptAt: moment('swept_at'),
  },
  (table) => [
    primaryKey({ name: 'attachments_pkey', columns: [table.conversationId, table.id] }),
    index('attachments_unswept_idx')
      .on(table.createdAt)
      .where(sql`${table.sweptAt} is null`),
    index('attachments_deleted_at_idx')
      .on(table.deletedAt)
      .where(sql`${table.deletedAt} is not null`),
  ],
);

/** Secrets that all nodes share and nobody has to configure. */
export const sharedSecrets = pgTable('shared_secrets', {
  name: text('name').primaryKey(),
  secret: bytea('secret').notNull(),
});

/** The last keys an identity provider gave, so that nodes can start while it is away. */
export const keptKeys = pgTable('kept_keys', {
  /** Where they are from. */
  url: text('url').primaryKey(),
  /** A JSON Web Key Set (RFC 7517, section 5): public keys. */
  jwks: jsonb('jwks').$type<JSONWebKeySet>().notNull(),
  fetchedAt: moment('fetched_at').notNull(),
});

/**
 * What is known of a user beyond the id: all of it may be missing, as users are the marketplace's. Every session's end updates its row,
 * and no index covers what that changes, so the updates stay HOT.
 */
export const users = pgTable('users', {
  id: uuid('id').primaryKey(),
  /** Written when the first socket comes, every five minutes, and when the last one goes. Known of those who hide too, and not shown. */
  lastSeenAt: moment('last_seen_at'),
  hidesPresence: boolean('hides_presence').notNull().default(false),
  /** From the claims of a token: `email` (unless `email_verified` is false), `name` and `locale` (OpenID Connect Core 1.0, section 5.1). */
  email: text('email'),
  name: text('name'),
  locale: text('locale'),
  /** No e-mail any more, by the user's own wish. */
  emailOffAt: moment('email_off_at'),
  /** No push from here … to there, in minutes of the day, in the user's time zone (IANA). */
  quietFrom: smallint('quiet_from'),
  quietTo: smallint('quiet_to'),
  timeZone: text('time_zone'),
});

/** What the Push API of a browser needs to encrypt (RFC 8291), base64url. */
export interface StoredWebPushKeys {
  readonly p256dh: string;
  readonly auth: string;
}

/** Where a user can be reached by push. A token is of one device, and that is one user's: whoever registered it last. */
export const devices = pgTable(
  'devices',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id').notNull(),
    platform: text('platform', { enum: ['fcm', 'apns', 'web'] }).notNull(),
    /** FCM's registration token, APNs' device token in hexadecimal, or the URL of a push subscription. */
    token: text('token').notNull(),
    /** Of `web` alone. */
    keys: jsonb('keys').$type<StoredWebPushKeys>(),
    createdAt: moment('created_at').notNull(),
    /** When it was last registered: those of a user above the limit go, the oldest first. */
    registeredAt: moment('registered_at').notNull(),
  },
  (table) => [
    unique('devices_platform_token_key').on(table.platform, table.token),
    index('devices_user_id_idx').on(table.userId),
  ],
);

/**
 * What a party was told of a conversation while away, and whether it wants to be: a row of each party that ever was, or that muted it. What
 * it was told of is not told again, whatever dies: a claim says what somebody is about to tell, and until when that is only theirs.
 */
export const notices = pgTable(
  'notices',
  {
    conversationId: uuid('conversation_id').notNull(),
    userId: uuid('user_id').notNull(),
    /** `infinity`: for good. */
    mutedUntil: moment('muted_until'),
    /** The seq of the last message that was pushed, and of the one being pushed. */
    pushedSeq: integer('pushed_seq').notNull().default(0),
    pushingSeq: integer('pushing_seq'),
    pushingUntil: moment('pushing_until'),
    /** The last message that was unread when the party was reminded (e-mail, `message.unread`): decided in one transaction, so without a claim. */
    remindedSeq: integer('reminded_seq').notNull().default(0),
  },
  (table) => [primaryKey({ name: 'notices_pkey', columns: [table.conversationId, table.userId] })],
);

/** How far workers have looked for what is new (`jobs/scan.ts`). */
export const scanPositions = pgTable('scan_positions', {
  name: text('name').primaryKey(),
  /** Everything that was created before it has its jobs. */
  position: moment('position').notNull(),
});

/** Events that the marketplace's system did not take for a day. `npm run webhooks:replay` sends them again. */
export const deadWebhooks = pgTable('dead_webhooks', {
  /** As in `webhook-id`. */
  eventId: text('event_id').primaryKey(),
  /** What it takes to make it again. */
  event: jsonb('event').notNull(),
  attempts: integer('attempts').notNull(),
  /** A status or the name of an error. */
  reason: text('reason').notNull(),
  diedAt: moment('died_at').notNull(),
});

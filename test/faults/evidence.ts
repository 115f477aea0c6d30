/** What was seen in a run, by the clients and in PostgreSQL afterwards. Times are milliseconds since 1970. */
export interface Evidence {
  readonly conversations: readonly ConversationEvidence[];
  readonly clients: readonly ClientEvidence[];
  /** When everything was well again; `undefined` when nothing was ever wrong. */
  readonly faultEndedAt: number | undefined;
  /** Error codes that clients may see in this run. */
  readonly allowedErrors: readonly string[];
  /** Close codes that clients may see; `undefined`: any. */
  readonly allowedCloses: readonly number[] | undefined;
}

export interface ConversationEvidence {
  readonly id: string;
  readonly buyerId: string;
  readonly sellerId: string;
  /** As a REST client sees it. */
  readonly history: readonly HistoryEntry[];
  readonly seq: number;
  readonly unread: OfBoth<number>;
  readonly lastMessage: OfBoth<HistoryEntry | null>;
  /** Every change, from the tables. */
  readonly changes: readonly LoggedChange[];
  /** What messages said before, from the table. */
  readonly versions: readonly Version[];
}

interface OfBoth<T> {
  readonly buyer: T;
  readonly seller: T;
}

export interface HistoryEntry {
  readonly id: string;
  readonly seq: number;
  readonly senderId: string;
  readonly content: string;
  readonly readAt: string | null;
  readonly clientMessageId?: string;
  readonly editedAt?: string;
  readonly deletedAt?: string;
  readonly reactions?: readonly { readonly emoji: string; readonly userIds: readonly string[] }[];
}

export type ChangeType =
  | 'new_message'
  | 'read_receipt'
  | 'message_edited'
  | 'message_deleted'
  | 'reaction_added'
  | 'reaction_removed';

interface Change {
  readonly seq: number;
  readonly type: ChangeType;
  readonly messageId: string;
  /** Who made it. */
  readonly userId: string;
  /** Of a reaction. */
  readonly emoji?: string;
}

export interface LoggedChange extends Change {
  readonly at: number;
}

export interface Version {
  /** Of the change that replaced it. */
  readonly seq: number;
  readonly messageId: string;
  readonly content: string;
  readonly reason: 'edit' | 'delete';
}

export interface ClientEvidence {
  readonly name: string;
  readonly userId: string;
  readonly conversationIds: readonly string[];
  readonly sends: readonly Sent[];
  readonly acks: readonly Acked[];
  /** In the order in which they were first asked for. */
  readonly wishes: readonly Asked[];
  /** Those of which no result was seen, however often they were asked for. */
  readonly openWishes: readonly Wish[];
  readonly received: readonly Received[];
  /** When each socket began to connect. */
  readonly socketsOpenedAt: readonly number[];
  readonly errors: readonly Refused[];
  readonly closes: readonly number[];
  /** `resumed` frames that said `complete: false`. */
  readonly incomplete: number;
}

export interface Sent {
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly content: string;
}

export interface Acked {
  /** Which of the client's sockets, from 1. */
  readonly socket: number;
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly messageId: string;
  readonly content: string;
  readonly seq: number;
}

/** What a client wants a message to be: the frame it sends. Only who sent a message edits and deletes it. */
export type Wish = { readonly conversationId: string; readonly messageId: string } & (
  | { readonly type: 'edit_message'; readonly content: string }
  | { readonly type: 'delete_message' }
  | { readonly type: 'add_reaction' | 'remove_reaction'; readonly emoji: string }
);

export interface Asked {
  readonly wish: Wish;
  /** How often: each may be carried out, a late one too. */
  readonly times: number;
}

export interface Refused {
  readonly code: string;
  readonly request: string;
  readonly messageId?: string;
}

/** A numbered change that arrived. `userId`: of an edit or a deletion the message's sender. */
export interface Received extends Change {
  /** Which of the client's sockets, from 1. */
  readonly socket: number;
  readonly at: number;
  readonly conversationId: string;
  /** Of a message, an edit and a deletion. */
  readonly shown?: Shown;
}

/** A message as a frame shows it, or the history. */
export interface Shown {
  readonly content: string;
  readonly isEdited: boolean;
  readonly isDeleted: boolean;
  /** `emoji userId`. */
  readonly reactions: readonly string[];
}

/** @param message as it is on the wire */
export const toShown = (
  message: Pick<HistoryEntry, 'content' | 'editedAt' | 'deletedAt' | 'reactions'>,
): Shown => ({
  content: message.content,
  isEdited: message.editedAt !== undefined,
  isDeleted: message.deletedAt !== undefined,
  reactions: (message.reactions ?? []).flatMap(({ emoji, userIds }) =>
    userIds.map((userId) => `${emoji} ${userId}`),
  ),
});

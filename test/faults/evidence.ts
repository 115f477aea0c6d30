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
  readonly unread: { readonly buyer: number; readonly seller: number };
  /** Every change, from the tables. */
  readonly changes: readonly { readonly seq: number; readonly at: number }[];
}

export interface HistoryEntry {
  readonly id: string;
  readonly seq: number;
  readonly senderId: string;
  readonly content: string;
  readonly readAt: string | null;
  readonly clientMessageId?: string;
}

export interface ClientEvidence {
  readonly name: string;
  readonly userId: string;
  readonly conversationIds: readonly string[];
  readonly sends: readonly Sent[];
  readonly acks: readonly Acked[];
  readonly received: readonly Received[];
  readonly errors: readonly { readonly code: string; readonly request: string }[];
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
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly messageId: string;
  readonly content: string;
  readonly seq: number;
}

/** A numbered change that arrived. */
export interface Received {
  /** Which of the client's sockets, from 1. */
  readonly socket: number;
  readonly at: number;
  readonly conversationId: string;
  readonly seq: number;
  readonly type: 'new_message' | 'read_receipt';
  readonly messageId: string;
  /** Of the message, or who has read. */
  readonly userId: string;
}

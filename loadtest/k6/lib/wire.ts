/** What of docs/protocol.md these scripts read, in their own words: they know nothing of the server's code. */
export interface Message {
  readonly id: string;
  readonly senderId: string;
  readonly content: string;
  readonly clientMessageId?: string;
  readonly deletedAt?: string;
  readonly reactions?: readonly { readonly emoji: string; readonly userIds: readonly string[] }[];
}

export interface StoredMessage extends Message {
  readonly seq: number;
}

interface Numbered {
  readonly conversationId: string;
  readonly seq: number;
}

export type Change = Numbered &
  (
    | {
        readonly type: 'new_message' | 'message_edited' | 'message_deleted';
        readonly message: Message;
      }
    | {
        readonly type: 'reaction_added' | 'reaction_removed';
        readonly messageId: string;
        readonly userId: string;
        readonly emoji: string;
      }
    | { readonly type: 'read_receipt' }
  );

export type Answer =
  | { readonly type: 'message_ack'; readonly clientMessageId: string; readonly seq: number }
  | {
      readonly type: 'error';
      readonly code: string;
      readonly request?: string;
      readonly clientMessageId?: string;
      readonly messageId?: string;
      readonly retryAfterMs?: number;
    };

export type ServerFrame =
  | Change
  | Answer
  | { readonly type: 'connected' | 'pong'; readonly cursor: string }
  | { readonly type: 'resumed'; readonly complete: boolean; readonly cursor: string }
  | { readonly type: 'typing_notify' | 'conversation_created' };

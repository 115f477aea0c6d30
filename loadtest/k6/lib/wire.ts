/** What of docs/protocol.md these scripts read, in their own words: they know nothing of the server's code. */
interface Message {
  readonly id: string;
  readonly senderId: string;
  readonly clientMessageId?: string;
}

export interface StoredMessage extends Message {
  readonly seq: number;
}

export type Change =
  | {
      readonly type: 'new_message';
      readonly conversationId: string;
      readonly message: Message;
      readonly seq: number;
    }
  | { readonly type: 'read_receipt'; readonly conversationId: string; readonly seq: number };

export type Answer =
  | { readonly type: 'message_ack'; readonly clientMessageId: string; readonly seq: number }
  | {
      readonly type: 'error';
      readonly code: string;
      readonly request?: string;
      readonly clientMessageId?: string;
      readonly retryAfterMs?: number;
    };

export type ServerFrame =
  | Change
  | Answer
  | { readonly type: 'connected' | 'pong'; readonly cursor: string }
  | { readonly type: 'resumed'; readonly complete: boolean; readonly cursor: string }
  | { readonly type: 'typing_notify' | 'conversation_created' };

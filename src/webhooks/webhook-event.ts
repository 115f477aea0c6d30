import type { HistoryMessage } from '../protocol/resources.ts';

/** The parties of a conversation, and what it is about. */
export interface WebhookConversation {
  readonly id: string;
  readonly listingId: number;
  readonly buyerId: string;
  readonly sellerId: string;
}

/** What is sent (Standard Webhooks, "Payload structure"). `timestamp` says when it happened (RFC 3339). docs/webhooks.md describes it to those who receive it. */
export type WebhookEvent =
  | Event<
      'message.created',
      {
        readonly conversation: WebhookConversation;
        readonly message: HistoryMessage;
        /** The party that did not send it. */
        readonly recipientId: string;
      }
    >
  | Event<
      'conversation.created',
      { readonly conversation: WebhookConversation & { readonly createdAt: string } }
    >
  | Event<
      'message.unread',
      {
        readonly conversation: WebhookConversation;
        /** Who has not read them. */
        readonly userId: string;
        readonly unreadCount: number;
        /** When the oldest of them was sent. */
        readonly since: string;
        /** Whether the user does not want to be told of this conversation. */
        readonly muted: boolean;
        /** The newest of them, oldest first. */
        readonly messages: readonly HistoryMessage[];
      }
    >;

interface Event<T extends string, D> {
  readonly type: T;
  readonly timestamp: string;
  readonly data: D;
}

/** An event of the chat for the marketplace's system, by what it takes to make it: what it says is read when it is sent. */
export type WebhookJob =
  | {
      readonly type: 'message.created';
      readonly conversationId: string;
      readonly messageId: string;
    }
  | { readonly type: 'conversation.created'; readonly conversationId: string }
  | {
      readonly type: 'message.unread';
      readonly conversationId: string;
      readonly userId: string;
      /** The newest unread message. */
      readonly seq: number;
      /** When it was found to be unread for so long (RFC 3339). */
      readonly at: string;
    };

export type WebhookType = WebhookJob['type'];
export const WEBHOOK_TYPES: readonly WebhookType[] = [
  'message.created',
  'conversation.created',
  'message.unread',
];

/** The `webhook-id`: the same in every attempt, and when an event is made twice. */
export function eventId(job: WebhookJob): string {
  switch (job.type) {
    case 'message.created':
      return `msg_${job.messageId}`;
    case 'conversation.created':
      return `conversation_${job.conversationId}`;
    case 'message.unread':
      // Whose it is follows from the message.
      return `unread_${job.conversationId}_${job.seq}`;
  }
}

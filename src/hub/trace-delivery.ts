import type { Envelope } from '../bus/envelope.ts';
import type { Tracer } from '../lib/tracing.ts';
import type { ServedConversations } from './conversations.ts';

/** The change itself comes next. It waits for those before it, and is delivered when they have been. */
export function traceDelivery(
  tracer: Tracer | undefined,
  served: ServedConversations,
  conversationId: string,
  { seq, traceparent }: Extract<Envelope, { kind: 'trace' }>,
): void {
  const span = tracer?.start('parley.deliver', {
    kind: 'consumer',
    parent: traceparent,
    attributes: { 'parley.conversation.id': conversationId },
  });
  if (span !== undefined) served.whenDelivered(conversationId, seq, () => span.end());
}

import type { Tracer } from '../lib/tracing.ts';
import { toProtocolError } from '../protocol/errors.ts';
import type { SendMessage } from './send.ts';

/** Each send that is sampled is a trace, or a part of its caller's. What `send` does of it are spans within. */
export function traceSends(send: SendMessage, tracer: Tracer): SendMessage {
  return (input) => {
    const span = tracer.start('parley.send', {
      kind: 'server',
      parent: input.traceparent,
      attributes: { 'parley.conversation.id': input.conversationId },
    });
    const sent = send({ ...input, span });
    if (span !== undefined) {
      sent.then(
        () => span.end(),
        (error: unknown) => span.end(toProtocolError(error).code),
      );
    }
    return sent;
  };
}

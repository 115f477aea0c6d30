import {
  type BusListener,
  CONVERSATION_ID_AT,
  conversationIdOf,
  isConversationChannel,
  isUserChannel,
  userIdOf,
} from '../bus/bus.ts';
import { decodeEnvelope } from '../bus/envelope.ts';
import { decodeControl } from '../conversations/control.ts';
import type { Tracer } from '../lib/tracing.ts';
import type { ServedConversations } from './conversations.ts';
import { traceDelivery } from './trace-delivery.ts';
import type { LocalUsers } from './users.ts';

export interface OnMessageParts {
  readonly served: ServedConversations;
  readonly users: LocalUsers;
  readonly tracer: Tracer | undefined;
}

/** Takes what comes on the channels of conversations and users. */
export function createOnMessage({ served, users, tracer }: OnMessageParts): BusListener {
  const onConversationMessage: BusListener = (channel, payload) => {
    const envelope = decodeEnvelope(payload);
    if (envelope === undefined) return;
    if (envelope.kind === 'change') {
      served.accept(channel, CONVERSATION_ID_AT, envelope.seq, envelope.frame);
      return;
    }
    if (envelope.kind === 'trace') {
      traceDelivery(tracer, served, conversationIdOf(channel), envelope);
      return;
    }
    for (const user of served.members(channel, CONVERSATION_ID_AT))
      users.notify(user, envelope.frame, envelope.exceptUserId);
  };
  return (channel, payload) => {
    if (isConversationChannel(channel)) onConversationMessage(channel, payload);
    else if (isUserChannel(channel)) {
      const control = decodeControl(payload);
      if (control !== undefined) users.add(userIdOf(channel), control.id);
    }
  };
}

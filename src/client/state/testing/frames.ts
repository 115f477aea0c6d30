import type { ClientMessage } from '../../../protocol/client-messages.ts';
import type { ConversationFrame } from '../../link.ts';
import type { FakeLink } from './fake-link.ts';
import { type FakeServer, ME } from './fake-server.ts';

type Sent = Extract<ClientMessage, { type: 'send_message' }>;
type Refusal = Extract<ConversationFrame, { type: 'error' }>;

/** The messages that were handed on since. */
export const takeSends = (link: FakeLink): Sent[] =>
  link.take().flatMap((frame) => (frame.type === 'send_message' ? [frame] : []));

export const takeContents = (link: FakeLink): string[] =>
  takeSends(link).map(({ content }) => content);

/** The server stores what was sent; its answer is lost, unless it is told. */
export const store = (server: FakeServer, link: FakeLink) =>
  takeSends(link).map((frame) =>
    server.send(
      frame.conversationId,
      ME,
      frame.content,
      frame.clientMessageId,
      frame.attachmentIds,
    ),
  );

export function tell(link: FakeLink, frame: ConversationFrame | undefined): void {
  if (frame) link.events.onFrame(frame);
}

/** As the server answers: with the conversation's id only when that is a UUID. */
export function refuse(
  link: FakeLink,
  { conversationId, clientMessageId = '' }: Sent,
  refusal: Pick<Refusal, 'code' | 'retryAfterMs'>,
): void {
  tell(link, {
    type: 'error',
    error: 'no',
    request: 'send_message',
    ...(/^[0-9a-f-]{36}$/.test(conversationId) && { conversationId }),
    clientMessageId,
    timestamp: '',
    ...refusal,
  });
}

import { AuthError, type Authenticate } from '../auth/authenticate.ts';
import type { Hub } from '../hub/hub.ts';
import type { Session } from '../hub/session.ts';
import type { Logger } from '../lib/logger.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { now, toWireMessage } from '../messages/frames.ts';
import type { ChangeMessage } from '../messages/change-message.ts';
import type { MarkRead } from '../messages/mark-read.ts';
import type { MessageChanges } from '../messages/message-changes.ts';
import type { SendMessage } from '../messages/send.ts';
import type { HistoryMessage } from '../protocol/resources.ts';
import type {
  ClientMessage,
  ClientMessageOf,
  ClientMessageType,
} from '../protocol/client-messages.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import {
  type ErrorCode,
  type ProtocolError,
  invalidMessage,
  toProtocolError,
} from '../protocol/errors.ts';
import { MAX_INVALID_FRAMES } from '../protocol/limits.ts';
import { type RequestContext, contextOf, parseClientMessage } from '../protocol/parse.ts';

/** Takes one text frame of a session. Never throws: what goes wrong is answered with an error frame. */
export type FrameHandler = (session: Session, text: string) => void;

export interface FrameHandlerParts extends MessageChanges {
  readonly hub: Hub;
  readonly sendMessage: SendMessage;
  readonly markRead: MarkRead;
  readonly authenticate: Authenticate;
  readonly counts: FrameCounts;
  readonly logger: Logger;
}

/** Plain numbers: a frame that is counted otherwise costs noticeably more. */
export interface FrameCounts {
  readonly framesReceived: Record<ClientMessageType, number>;
  readonly framesRefused: Record<ErrorCode, number>;
}

export function createFrameHandler(parts: FrameHandlerParts): FrameHandler {
  const report = sparing(OUTAGE_REPORT_MS, (leftOut, err: unknown, connectionId: string) =>
    parts.logger.warn({ err, connectionId, leftOut }, 'a frame could not be handled'),
  );
  const refuse = (session: Session, error: ProtocolError, context: RequestContext): void => {
    parts.counts.framesRefused[error.code] += 1;
    sendError(session, error, context);
  };
  const invalidInARow = new WeakMap<Session, number>();
  return (session, text) => {
    const parsed = parseClientMessage(text);
    if (!parsed.ok) {
      refuse(session, parsed.error, parsed.context);
      const count = (invalidInARow.get(session) ?? 0) + 1;
      invalidInARow.set(session, count);
      if (count >= MAX_INVALID_FRAMES)
        session.close(CloseCode.badFrames, 'too many invalid frames');
      return;
    }
    invalidInARow.delete(session);
    parts.counts.framesReceived[parsed.message.type] += 1;
    session.handling.begin();
    handle(session, parsed.message, parts).then(
      () => session.handling.end(),
      (error: unknown) => {
        const known = toProtocolError(error);
        if (known.code === 'unavailable') report(error, session.connectionId);
        refuse(session, known, contextOf(parsed.message));
        session.handling.end();
      },
    );
  };
}

/** One line for each message type; the type checker misses none. */
function handle(session: Session, message: ClientMessage, parts: FrameHandlerParts): Promise<void> {
  switch (message.type) {
    case 'send_message':
      return send(session, message, parts);
    case 'typing':
      return parts.hub.typing(session.userId, message.conversationId);
    case 'mark_read':
      return markRead(session, message, parts);
    case 'edit_message':
      return change(session, message, message.content, parts.editMessage);
    case 'delete_message':
      return change(session, message, undefined, parts.deleteMessage);
    case 'add_reaction':
      return change(session, message, message.emoji, parts.addReaction);
    case 'remove_reaction':
      return change(session, message, message.emoji, parts.removeReaction);
    case 'authenticate':
      return authenticate(session, message, parts);
    case 'ping':
      session.send({ type: 'pong', cursor: parts.hub.cursor(session), timestamp: now() });
      return Promise.resolve();
  }
}

// Not async: this is the way of every message, and each await costs it a promise and a turn.
function send(
  session: Session,
  { conversationId, content, clientMessageId, attachmentIds }: ClientMessageOf<'send_message'>,
  parts: FrameHandlerParts,
): Promise<void> {
  const senderId = session.userId;
  const sent = parts.sendMessage({
    conversationId,
    senderId,
    content,
    clientMessageId,
    attachmentIds,
  });
  return sent.then(({ message }) => acknowledge(session, conversationId, message));
}

/** A seed client sends no `clientMessageId`, knows no acknowledgement and gets none. */
function acknowledge(session: Session, conversationId: string, message: HistoryMessage): void {
  const { clientMessageId } = message;
  if (clientMessageId === undefined) return;
  session.send({
    type: 'message_ack',
    clientMessageId,
    conversationId,
    message: toWireMessage(message),
    seq: message.seq,
    timestamp: now(),
  });
}

async function markRead(
  session: Session,
  { conversationId, messageId }: ClientMessageOf<'mark_read'>,
  parts: FrameHandlerParts,
): Promise<void> {
  await parts.markRead({ conversationId, readerId: session.userId, messageId });
}

/** Its frame tells the sender too. */
async function change(
  session: Session,
  { conversationId, messageId }: { readonly conversationId: string; readonly messageId: string },
  value: string | undefined,
  make: ChangeMessage,
): Promise<void> {
  await make({ conversationId, userId: session.userId, messageId, value });
}

/** A fresh token for the same user lets the socket live on. Any other changes nothing. */
async function authenticate(
  session: Session,
  { token }: ClientMessageOf<'authenticate'>,
  parts: FrameHandlerParts,
): Promise<void> {
  const identity = await parts.authenticate(token).catch((error: unknown) => {
    throw error instanceof AuthError ? invalidMessage(`token is refused: ${error.message}`) : error;
  });
  if (identity.userId !== session.userId) throw invalidMessage('token must be of the same user');
  if (identity.expiresAt <= session.expiresAt)
    throw invalidMessage('token must expire later than the last one');
  session.expiresAt = identity.expiresAt;
}

function sendError(session: Session, error: ProtocolError, context: RequestContext): void {
  session.send({
    type: 'error',
    error: error.message,
    code: error.code,
    ...context,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    timestamp: now(),
  });
}

import { z } from 'zod';
import { type ClientMessage, type ClientMessageType, clientMessages } from './client-messages.ts';
import { ProtocolError, invalidMessage, messageTooLarge, unknownType } from './errors.ts';
import { TOO_LARGE, clientMessageId, uuid } from './values.ts';

/** What an error frame repeats of the frame it refuses, as far as that could be read. */
export interface RequestContext {
  readonly request?: string;
  readonly conversationId?: string;
  readonly clientMessageId?: string;
  readonly messageId?: string;
}

export type Parsed =
  | { readonly ok: true; readonly message: ClientMessage }
  | { readonly ok: false; readonly error: ProtocolError; readonly context: RequestContext };

const NOTHING: RequestContext = {};
const LONGEST_TYPE = 64;

/** Reads one text frame. Never throws: a client can send anything. */
export function parseClientMessage(text: string): Parsed {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { ok: false, error: invalidMessage('the frame must be JSON'), context: NOTHING };
  }
  if (!isObject(raw)) {
    return {
      ok: false,
      error: invalidMessage('the frame must be a JSON object'),
      context: NOTHING,
    };
  }
  const { type } = raw;
  if (typeof type !== 'string') return refuse(raw, invalidMessage('type must be a string'));
  if (!isKnownType(type)) return refuse(raw, unknownType());
  const result = clientMessages[type].safeParse(raw);
  return result.success
    ? { ok: true, message: result.data }
    : refuse(raw, toInvalidMessage(result.error));
}

/** The first thing wrong, as an error that names the field and says what it must be. */
export function toInvalidMessage(error: z.ZodError): ProtocolError {
  const issue = error.issues[0];
  if (issue === undefined) return invalidMessage('the message is invalid');
  if (issue.code === 'custom' && issue.params?.['kind'] === TOO_LARGE) return messageTooLarge();
  const field = issue.path.join('.');
  return invalidMessage(field === '' ? issue.message : `${field} ${issue.message}`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isKnownType = (type: string): type is ClientMessageType =>
  Object.hasOwn(clientMessages, type);

const refuse = (raw: Record<string, unknown>, error: ProtocolError): Parsed => ({
  ok: false,
  error,
  context: contextOf(raw),
});

/** Repeats only what is of the right form: an error frame is no echo for arbitrary text. */
export function contextOf(raw: Readonly<Record<string, unknown>>): RequestContext {
  const type = raw['type'];
  const conversation = uuid.safeParse(raw['conversationId']);
  const key = clientMessageId.safeParse(raw['clientMessageId']);
  const message = uuid.safeParse(raw['messageId']);
  return {
    ...(typeof type === 'string' && type.length <= LONGEST_TYPE ? { request: type } : {}),
    ...(conversation.success ? { conversationId: conversation.data } : {}),
    ...(key.success ? { clientMessageId: key.data } : {}),
    ...(message.success ? { messageId: message.data } : {}),
  };
}

import { describe, expect, test } from 'vitest';
import { parseClientMessage } from './parse.ts';

const ID = '0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f6071';
const OTHER = '0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f6072';
const send = (fields: object) =>
  JSON.stringify({ type: 'send_message', conversationId: ID, content: 'hi', ...fields });
const change = (fields: object) =>
  JSON.stringify({ conversationId: ID, messageId: OTHER, ...fields });

function refusal(text: string) {
  const parsed = parseClientMessage(text);
  if (parsed.ok) throw new Error('accepted');
  return parsed;
}
const context = (text: string) => refusal(text).context;

describe('accepts', () => {
  test.each<[string, object]>([
    [send({}), { type: 'send_message', conversationId: ID, content: 'hi' }],
    [send({ clientMessageId: 'k' }), { clientMessageId: 'k' }],
    [send({ clientMessageId: 'k'.repeat(64) }), { clientMessageId: 'k'.repeat(64) }],
    [send({ clientMessageId: '😀'.repeat(32) }), { clientMessageId: '😀'.repeat(32) }],
    [send({ conversationId: ID.toUpperCase() }), { conversationId: ID }],
    [send({ content: 'x'.repeat(4_096) }), { content: 'x'.repeat(4_096) }],
    [send({ content: '€'.repeat(1_365) }), { content: '€'.repeat(1_365) }],
    [send({ content: '😀'.repeat(1_024) }), { content: '😀'.repeat(1_024) }],
    [send({ content: '  a\n\t ' }), { content: '  a\n\t ' }],
    [send({ content: '\u0001\u007f' }), { content: '\u0001\u007f' }],
    [JSON.stringify({ type: 'typing', conversationId: ID }), { type: 'typing' }],
    [
      JSON.stringify({ type: 'mark_read', conversationId: ID, messageId: OTHER }),
      { type: 'mark_read', conversationId: ID, messageId: OTHER },
    ],
    [send({ content: undefined, attachmentIds: [OTHER] }), { content: '', attachmentIds: [OTHER] }],
    [send({ content: '', attachmentIds: [OTHER, ID] }), { attachmentIds: [OTHER, ID] }],
    [change({ type: 'edit_message', content: 'new' }), { messageId: OTHER, content: 'new' }],
    [change({ type: 'delete_message' }), { type: 'delete_message', messageId: OTHER }],
    [change({ type: 'add_reaction', emoji: '❤' }), { emoji: '❤\u{fe0f}' }],
    [change({ type: 'remove_reaction', emoji: '👍🏽' }), { emoji: '👍🏽' }],
    [JSON.stringify({ type: 'authenticate', token: 'a.b.c' }), { token: 'a.b.c' }],
    ['{"type":"ping"}', { type: 'ping' }],
    [' {"type" : "ping"} \n', { type: 'ping' }],
  ])('%.80s', (text, message) => {
    const parsed = parseClientMessage(text);
    expect(parsed).toMatchObject({ ok: true, message });
  });

  test('unknown fields, and ignores them', () => {
    const parsed = parseClientMessage(send({ colour: 'red', senderId: OTHER, __proto__: 1 }));
    expect(parsed).toEqual({
      ok: true,
      message: { type: 'send_message', conversationId: ID, content: 'hi' },
    });
  });
});

describe('refuses', () => {
  const CONTENT = /^content must be 1 to 4096 bytes/;
  const KEY = /^clientMessageId must be 1 to 64 characters/;
  const FILES = /^attachmentIds must be 1 to 10 different ids of attachments$/;
  const EMOJI = /^emoji must be a single emoji$/;
  const ids = Array.from({ length: 11 }, (_, i) => ID.slice(0, -2) + String(10 + i));

  test.each<[string, string, RegExp]>([
    [send({ attachmentIds: [] }), 'invalid_message', FILES],
    [send({ attachmentIds: ids }), 'invalid_message', FILES],
    [send({ attachmentIds: [ID, ID.toUpperCase()] }), 'invalid_message', FILES],
    [send({ attachmentIds: ID }), 'invalid_message', FILES],
    [send({ content: ' ', attachmentIds: [ID] }), 'invalid_message', CONTENT],
    [change({ type: 'edit_message', content: '' }), 'invalid_message', CONTENT],
    [change({ type: 'edit_message', content: 'x'.repeat(4_097) }), 'message_too_large', /4096/],
    [change({ type: 'edit_message', messageId: 7, content: 'x' }), 'invalid_message', /^messageId/],
    [change({ type: 'add_reaction' }), 'invalid_message', EMOJI],
    [change({ type: 'add_reaction', emoji: 'a' }), 'invalid_message', EMOJI],
    [change({ type: 'remove_reaction', emoji: '👍👍' }), 'invalid_message', EMOJI],
    ['', 'invalid_message', /JSON/],
    ['{', 'invalid_message', /JSON/],
    ['hello', 'invalid_message', /JSON/],
    ['null', 'invalid_message', /object/],
    ['42', 'invalid_message', /object/],
    ['"ping"', 'invalid_message', /object/],
    ['[{"type":"ping"}]', 'invalid_message', /object/],
    ['{}', 'invalid_message', /^type must be/],
    ['{"type":1}', 'invalid_message', /^type must be/],
    ['{"type":null}', 'invalid_message', /^type must be/],
    ['{"type":"shout"}', 'unknown_type', /^unknown message type$/],
    ['{"type":""}', 'unknown_type', /^unknown message type$/],
    ['{"type":"toString"}', 'unknown_type', /^unknown message type$/],
    ['{"type":"__proto__"}', 'unknown_type', /^unknown message type$/],
    ['{"type":"new_message"}', 'unknown_type', /^unknown message type$/],
    ['{"type":"typing"}', 'invalid_message', /^conversationId must be a UUID$/],
    [send({ conversationId: 'x' }), 'invalid_message', /^conversationId must be a UUID$/],
    [send({ conversationId: 7 }), 'invalid_message', /^conversationId must be a UUID$/],
    [send({ conversationId: ` ${ID}` }), 'invalid_message', /^conversationId must be a UUID$/],
    [send({ content: undefined }), 'invalid_message', CONTENT],
    [send({ content: ' '.repeat(5_000) }), 'invalid_message', CONTENT],
    [send({ content: '\0'.repeat(5_000) }), 'invalid_message', CONTENT],
    [send({ content: null }), 'invalid_message', CONTENT],
    [send({ content: 1 }), 'invalid_message', CONTENT],
    [send({ content: ['a'] }), 'invalid_message', CONTENT],
    [send({ content: '' }), 'invalid_message', CONTENT],
    [send({ content: ' \n\t\u00a0\u3000' }), 'invalid_message', CONTENT],
    [send({ content: 'a\0b' }), 'invalid_message', CONTENT],
    [send({ content: 'a\ud800b' }), 'invalid_message', CONTENT],
    [send({ content: '\udc00' }), 'invalid_message', CONTENT],
    [
      send({ content: 'x'.repeat(4_097) }),
      'message_too_large',
      /^content must be at most 4096 bytes$/,
    ],
    [
      send({ content: '€'.repeat(1_366) }),
      'message_too_large',
      /^content must be at most 4096 bytes$/,
    ],
    [
      send({ content: '😀'.repeat(1_025) }),
      'message_too_large',
      /^content must be at most 4096 bytes$/,
    ],
    [send({ clientMessageId: '' }), 'invalid_message', KEY],
    [send({ clientMessageId: 'k'.repeat(65) }), 'invalid_message', KEY],
    [send({ clientMessageId: 5 }), 'invalid_message', KEY],
    [send({ clientMessageId: null }), 'invalid_message', KEY],
    [send({ clientMessageId: 'a\0' }), 'invalid_message', KEY],
    [send({ clientMessageId: '\ud800' }), 'invalid_message', KEY],
    [
      JSON.stringify({ type: 'mark_read', conversationId: ID }),
      'invalid_message',
      /^messageId must be a UUID$/,
    ],
    ['{"type":"authenticate"}', 'invalid_message', /^token must be/],
    ['{"type":"authenticate","token":""}', 'invalid_message', /^token must be/],
  ])('%.80s', (text, code, message) => {
    const { error } = refusal(text);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});

describe('the context of a refused frame', () => {
  test('is what could be read of it', () => {
    expect(context(send({ content: '', clientMessageId: 'k' }))).toEqual({
      request: 'send_message',
      conversationId: ID,
      clientMessageId: 'k',
    });
    expect(context('{"type":"shout","clientMessageId":"k"}')).toEqual({
      request: 'shout',
      clientMessageId: 'k',
    });
  });

  test('is no echo of what is not of the right form', () => {
    expect(context('{')).toEqual({});
    expect(context('[]')).toEqual({});
    expect(
      context(
        JSON.stringify({
          type: 't'.repeat(65),
          conversationId: '<script>',
          clientMessageId: 'k'.repeat(65),
        }),
      ),
    ).toEqual({});
    expect(context('{"type":"authenticate","token":5}')).toEqual({ request: 'authenticate' });
  });
});

test('deep nesting does not throw', () => {
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  expect(parseClientMessage(deep).ok).toBe(false);
  expect(parseClientMessage(`{"type":"ping","x":${deep}}`).ok).toBe(true);
});

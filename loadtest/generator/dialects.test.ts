import { randomUUID } from 'node:crypto';
import { jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { parseClientMessage } from '../../src/protocol/parse.ts';
import { DIALECTS } from './dialects.ts';
import { CONTENT_BYTES, readSender, readUs, writeStamp } from './stamp.ts';
import type { WsClient } from './ws-client.ts';

const SECRET = 'a secret of at least thirty-two bytes';

/** A socket that keeps what is sent over it. */
function recorder() {
  const sent: string[] = [];
  return { sent, socket: { sendText: (text: string) => void sent.push(text) } as WsClient };
}

/** A message as it is sent: stamped in place. */
function stamped([before, after]: readonly [string, string]): { bytes: Buffer; at: number } {
  const bytes = Buffer.from(before + 'x'.repeat(CONTENT_BYTES) + after);
  const at = Buffer.byteLength(before);
  writeStamp(bytes, at, 123_456_789_012, 77);
  return { bytes, at };
}

describe('parley', () => {
  test('what it sends is a message of the protocol, and its stamp comes back', () => {
    const conversationId = randomUUID();
    const { bytes } = stamped(DIALECTS.parley.around(conversationId));
    const parsed = parseClientMessage(bytes.toString());
    if (!parsed.ok || parsed.message.type !== 'send_message') throw new Error('refused');
    expect(parsed.message.conversationId).toBe(conversationId);
    expect(parsed.message.content).toHaveLength(CONTENT_BYTES);
    const content = Buffer.from(parsed.message.content);
    expect(readUs(content, 0)).toBe(123_456_789_012);
    expect(readSender(content, 0)).toBe(77);
  });

  test('its token is the user’s, and of the secret', async () => {
    const userId = randomUUID();
    const { path, port, headers } = DIALECTS.parley.target(8_080, userId, SECRET);
    expect({ path, port }).toEqual({ path: '/ws', port: 8_080 });
    const token = headers.Authorization.replace(/^Bearer /, '');
    const { payload } = await jwtVerify(token, new TextEncoder().encode(SECRET));
    expect(payload.sub).toBe(userId);
  });

  test('it sends once it is told that it is connected', () => {
    const { sent, socket } = recorder();
    expect(DIALECTS.parley.opened()).toBe(false);
    expect(DIALECTS.parley.greeted(socket, '{"type":"pong"}')).toBe(false);
    expect(DIALECTS.parley.greeted(socket, '{"type":"connected","userId":"…"}')).toBe(true);
    expect(sent).toEqual([]);
  });
});

describe('Socket.IO', () => {
  test('what it sends is an event with the message, and its stamp comes back', () => {
    const conversationId = randomUUID();
    const { bytes, at } = stamped(DIALECTS['socket-io'].around(conversationId));
    const text = bytes.toString();
    expect(text.slice(0, 2)).toBe('42');
    expect(JSON.parse(text.slice(2))).toEqual([
      'send_message',
      { conversationId, content: text.slice(at, at + CONTENT_BYTES) },
    ]);
    expect(readUs(bytes, at)).toBe(123_456_789_012);
  });

  test('it says who it is when the transport is open, and sends once that was taken', () => {
    const { sent, socket } = recorder();
    const dialect = DIALECTS['socket-io'];
    expect(dialect.opened()).toBe(false);
    expect(dialect.greeted(socket, '0{"sid":"…"}', 'user-1')).toBe(false);
    expect(sent).toEqual(['40{"user":"user-1"}']);
    expect(dialect.greeted(socket, '40{"sid":"…"}', 'user-1')).toBe(true);
    expect(sent).toHaveLength(1);
  });

  test('it answers pings, and nothing else', () => {
    const { sent, socket } = recorder();
    DIALECTS['socket-io'].short(socket, '2');
    DIALECTS['socket-io'].short(socket, '42["other"]');
    expect(sent).toEqual(['3']);
  });
});

test('the floor is of the same bytes as Parley’s messages', () => {
  const conversationId = randomUUID();
  expect(DIALECTS.echo.around(conversationId)).toEqual(DIALECTS.parley.around(conversationId));
  expect(DIALECTS.echo.opened()).toBe(true);
});

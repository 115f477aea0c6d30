import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeEnvelope, encodeChange, encodeNotice, encodeTrace } from './envelope.ts';

const FRAME = '{"type":"new_message","content":"a b ü€😀 \\u0000 !"}';

describe('a change', () => {
  test.each([1, 9, 10, 4_294_967_296])('%i comes back as it was', (seq) => {
    const envelope = decodeEnvelope(Buffer.from(encodeChange(seq, FRAME)));
    expect(envelope).toEqual({ kind: 'change', seq, frame: Buffer.from(FRAME) });
  });

  test('is as documented on the wire, which other versions read', () => {
    expect(encodeChange(42, '{"a":1}')).toBe('42 {"a":1}');
  });
});

describe('a notice', () => {
  test('comes back as it was', () => {
    const userId = randomUUID();
    const envelope = decodeEnvelope(Buffer.from(encodeNotice(userId, FRAME)));
    expect(envelope).toEqual({
      kind: 'notice',
      exceptUserId: userId,
      frame: Buffer.from(FRAME),
    });
  });

  test('is as documented on the wire', () => {
    const userId = randomUUID();
    expect(encodeNotice(userId, '{"a":1}')).toBe(`!${userId} {"a":1}`);
  });
});

describe('a trace', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  test('comes back as it was', () => {
    const envelope = decodeEnvelope(Buffer.from(encodeTrace(42, traceparent)));
    expect(envelope).toEqual({ kind: 'trace', seq: 42, traceparent });
  });

  test('is as documented on the wire', () => {
    expect(encodeTrace(42, traceparent)).toBe(`~42 ${traceparent}`);
  });
});

test('the frame is a view, not a copy', () => {
  const payload = Buffer.from(encodeChange(7, FRAME));
  expect(decodeEnvelope(payload)).toMatchObject({ frame: { buffer: payload.buffer } });
});

test.each([
  '',
  ' ',
  '42',
  ' {}',
  '0 {}',
  '-1 {}',
  '1.5 {}',
  'x {}',
  '4x {}',
  '{"type":"new_message"}',
  '~',
  '~ 00-x',
  '~0 00-x',
  '~4',
  '!',
  '!short {}',
  `!${'a'.repeat(36)}`,
  `!${'a'.repeat(37)} {}`,
])('%j is not of ours', (text) => {
  expect(decodeEnvelope(Buffer.from(text))).toBeUndefined();
});

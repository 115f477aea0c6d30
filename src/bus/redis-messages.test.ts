import { describe, expect, test } from 'vitest';
import { type MessageKind, MessageReader } from './redis-messages.ts';

/** What a reader tells of these pieces: messages as `channel=payload`, other replies as they are. */
function readAll(pieces: readonly Buffer[], kind: MessageKind = 'message'): string[] {
  const told: string[] = [];
  const reader = new MessageReader(
    kind,
    (channel, payload) => told.push(`${String(channel)}=${String(payload)}`),
    (reply) => told.push(String(reply)),
  );
  for (const piece of pieces) reader.read(piece);
  return told;
}

const message = (channel: string, payload: string, type = '>'): string =>
  `${type}3\r\n$7\r\nmessage\r\n$${channel.length}\r\n${channel}\r\n$${Buffer.byteLength(payload)}\r\n${payload}\r\n`;

// One of each type that RESP3 has (its specification, "RESP3 types").
const OTHERS = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':-12\r\n',
  '_\r\n',
  '#t\r\n',
  ',1.5e-3\r\n',
  '(123456789012345678901234567890\r\n',
  '$0\r\n\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '$12\r\nwith\r\n in it\r\n',
  '!5\r\nERR x\r\n',
  '=7\r\ntxt:a\r\n\r\n',
  '*0\r\n',
  '*2\r\n:1\r\n*1\r\n$1\r\na\r\n',
  '~2\r\n+a\r\n+b\r\n',
  '%2\r\n+server\r\n$5\r\nredis\r\n+modules\r\n*0\r\n',
  '|1\r\n+ttl\r\n:3\r\n',
  '>3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n',
  '>4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\nc\r\n$1\r\nx\r\n',
  '>3\r\n$8\r\nsmessage\r\n$1\r\nc\r\n$1\r\nx\r\n',
];
const STREAM = [
  message('c1', 'first'),
  ...OTHERS,
  message('c2', 'with\r\n>3\r\n$7\r\nmessage\r\n in it'),
  message('c3', 'ü€😀'),
  message('c4', ''),
  '+PONG\r\n',
  message('c5', 'x'.repeat(300), '*'),
];
const TOLD = [
  'c1=first',
  ...OTHERS,
  'c2=with\r\n>3\r\n$7\r\nmessage\r\n in it',
  'c3=ü€😀',
  'c4=',
  '+PONG\r\n',
  `c5=${'x'.repeat(300)}`,
];
const BYTES = Buffer.from(STREAM.join(''));

describe('messages and other replies come apart, in order', () => {
  test('in one piece', () => {
    expect(readAll([BYTES])).toEqual(TOLD);
  });

  test('cut in two at any byte', () => {
    for (let at = 0; at <= BYTES.length; at += 1) {
      expect(readAll([BYTES.subarray(0, at), BYTES.subarray(at)])).toEqual(TOLD);
    }
  });

  test.each([1, 2, 3, 7, 50])('in pieces of %i bytes', (size) => {
    const pieces: Buffer[] = [];
    for (let at = 0; at < BYTES.length; at += size) pieces.push(BYTES.subarray(at, at + size));
    expect(readAll(pieces)).toEqual(TOLD);
  });
});

test('of a shard it is smessage, and message something else', () => {
  const shard = '>3\r\n$8\r\nsmessage\r\n$2\r\nc1\r\n$5\r\nfirst\r\n';
  const other = message('c2', 'x');
  expect(readAll([Buffer.from(shard + other + shard)], 'smessage')).toEqual([
    'c1=first',
    other,
    'c1=first',
  ]);
});

test('what is not whole is not told', () => {
  const whole = Buffer.from(message('c', 'x'));
  for (let length = 0; length < whole.length; length += 1)
    expect(readAll([whole.subarray(0, length)])).toEqual([]);
});

test('what is no reply at all goes on to ioredis, which closes the connection', () => {
  expect(readAll([Buffer.from('what?\r\n')])).toEqual(['what?\r\n']);
});

import { expect, test } from 'vitest';
import { encodeFrame } from './ws-client.ts';

test.each([0, 1, 125, 126, 65_535])(
  'a frame of %i bytes: masked with a key of zero, as RFC 6455, section 5.2 has it',
  (length) => {
    const payload = Buffer.alloc(length, 'x');
    const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >>> 8, length & 0xff];
    const frame = encodeFrame(payload);
    expect([...frame.subarray(0, head.length + 4)]).toEqual([...head, 0, 0, 0, 0]);
    expect(frame.subarray(head.length + 4).equals(payload)).toBe(true);
  },
);

test('the first byte may be another: a pong', () => {
  expect(encodeFrame(Buffer.from('p'), 0x8a)).toEqual(Buffer.from([0x8a, 0x81, 0, 0, 0, 0, 0x70]));
});

import { describe, expect, test } from 'vitest';
import { fitPayload, secondsLeft } from './payload.ts';
import type { Push } from './provider.ts';

const push: Push = {
  id: 'i',
  conversationId: 'c',
  messageId: 'm',
  seq: 1,
  title: 'Bob',
  body: 'x'.repeat(100),
  unreadCount: 1,
  badge: 1,
  url: undefined,
  expiresAt: 0,
};
const make = ({ title, body }: Push) => ({ title, body });

describe('a payload', () => {
  test('is left as it is while there is room', () => {
    const whole = JSON.stringify(make(push));
    expect(fitPayload(push, whole.length, make)).toBe(whole);
  });

  test('loses of its body what there is no room for', () => {
    const fitted = fitPayload(push, 50, make) ?? '';
    expect(Buffer.byteLength(fitted)).toBe(50);
    expect(JSON.parse(fitted)).toEqual({ title: 'Bob', body: expect.stringMatching(/^x+…$/) });
  });

  test('is none when the rest is too large', () => {
    expect(fitPayload(push, 25, make)).toBe('{"title":"Bob","body":""}');
    expect(fitPayload(push, 24, make)).toBeUndefined();
  });

  test('keeps no title that leaves no room for the body', () => {
    const fitted = fitPayload({ ...push, title: 't'.repeat(5_000) }, 4_000, make) ?? '';
    expect(JSON.parse(fitted)).toEqual({
      title: expect.stringMatching(/^t{253}…$/),
      body: push.body,
    });
  });
});

test('what has expired is kept for no time', () => {
  expect(secondsLeft({ ...push, expiresAt: Date.now() - 5_000 })).toBe(0);
  expect(secondsLeft({ ...push, expiresAt: Date.now() + 5_900 })).toBe(5);
});

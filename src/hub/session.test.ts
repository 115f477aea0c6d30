import { expect, test } from 'vitest';
import { CloseCode } from '../protocol/close-codes.ts';
import { MAX_EARLY_BYTES } from '../protocol/limits.ts';
import { Session } from './session.ts';

/** A session on a socket that notes what it is told. */
function open() {
  const events: string[] = [];
  const session = new Session('u', Date.now() + 60_000, {
    send: (text) => void events.push(JSON.parse(String(text)).type),
    join: () => undefined,
    bufferedBytes: () => 0,
    close: (code) => void events.push(`closed ${code}`),
  });
  const handle = (_: Session, text: string) => void events.push(text);
  return { session, events, handle };
}

test('what a client sends before connected is handled right after it, in order', () => {
  const { session, events, handle } = open();
  session.receive('a', handle);
  session.receive('b', handle);
  expect(events).toEqual([]);
  session.goLive('cursor');
  session.receive('c', handle);
  expect(events).toEqual(['connected', 'a', 'b', 'c']);
});

test('once one of them has closed the session, the rest is ignored', () => {
  const { session, events, handle } = open();
  session.receive('a', (it) => it.close(CloseCode.badFrames, 'bad'));
  session.receive('b', handle);
  session.goLive('cursor');
  session.receive('c', handle);
  expect(events).toEqual(['connected', 'closed 4400']);
});

test('exactly 1 MiB may wait; a byte more closes with 4429, and nothing of it is handled', () => {
  const { session, events, handle } = open();
  // Two bytes each: the limit counts UTF-8, not characters.
  session.receive('é'.repeat(MAX_EARLY_BYTES / 2), handle);
  expect(events).toEqual([]);
  session.receive('a', handle);
  session.goLive('cursor');
  expect(events).toEqual(['closed 4429']);
});

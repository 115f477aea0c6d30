import { describe, expect, test } from 'vitest';
import { CloseCode } from '../protocol/close-codes.ts';
import { MAX_EARLY_BYTES, MAX_HELD_BYTES } from '../protocol/limits.ts';
import { Session } from './session.ts';
import type { Position } from './socket.ts';

/** A session on a socket that notes what it is told. */
function open() {
  const events: string[] = [];
  const peer = { unread: 0 };
  const session = new Session('u', Date.now() + 60_000, {
    send: (text) => void events.push(JSON.parse(String(text)).type),
    join: () => void events.push('joined'),
    bufferedBytes: () => peer.unread,
    close: (code) => void events.push(`closed ${code}`),
  });
  const handle = (_: Session, text: string) => void events.push(text);
  return { session, events, handle, peer };
}

test('what a client sends before connected is handled right after it, in order', () => {
  const { session, events, handle } = open();
  session.receive('a', handle);
  session.receive('b', handle);
  expect(events).toEqual([]);
  session.goLive('cursor');
  session.receive('c', handle);
  expect(events).toEqual(['connected', 'joined', 'a', 'b', 'c']);
});

test('once one of them has closed the session, the rest is ignored', () => {
  const { session, events, handle } = open();
  session.receive('a', (it) => it.close(CloseCode.badFrames, 'bad'));
  session.receive('b', handle);
  session.goLive('cursor');
  session.receive('c', handle);
  expect(events).toEqual(['connected', 'joined', 'closed 4400']);
});

test('who ended it, and why, is known: the first to do so', () => {
  const closed = open().session;
  closed.close(CloseCode.tooSlow, 'too slow');
  closed.ended();
  closed.close(CloseCode.restarting, 'restarting');
  expect(closed.closeCode).toBe(CloseCode.tooSlow);
  const gone = open().session;
  gone.ended();
  gone.close(CloseCode.restarting, 'restarting');
  expect(gone.closeCode).toBeUndefined();
  const dropped = open().session;
  dropped.ended(CloseCode.tooSlow);
  expect(dropped.closeCode).toBe(CloseCode.tooSlow);
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

const bytes = (type: string) => Buffer.from(JSON.stringify({ type }));
class Moving implements Position {
  seq = 0;
  get conversationId(): string {
    return 'c';
  }
}
const change = (seq: number) => ({ conversationId: 'c', seq });
const resumed = () =>
  ({ type: 'resumed', complete: true, cursor: 'new', timestamp: 'now' }) as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a replay', () => {
  test('is followed by what was broadcast meanwhile, each change once, then resumed, then live', async () => {
    const { session, events, handle } = open();
    session.receive('early', handle);
    session.startReplay('old');
    expect(session.resumingFrom).toBe('old');
    // The hub's: one object for all changes, whose id is a getter of its class.
    const position = new Moving();
    position.seq = 2;
    session.onBroadcast(bytes('live 2'), position);
    position.seq = 99;
    session.onBroadcast(bytes('notice'));
    const replayed = session.replay(
      [bytes('missed 1'), bytes('missed 2')],
      ({ conversationId, seq }) => conversationId !== 'c' || seq > 2,
      resumed,
    );
    session.onBroadcast(bytes('live 3'), change(3));
    await replayed;
    expect(session.state).toBe('live');
    expect(session.resumingFrom).toBeUndefined();
    expect(events).toEqual([
      'connected',
      'early',
      'missed 1',
      'missed 2',
      'notice',
      'live 3',
      'resumed',
      'joined',
    ]);
  });

  test('waits for the peer, and takes in what comes while it waits', async () => {
    const { session, events, peer } = open();
    session.startReplay('old');
    const replayed = session.replay([bytes('1'), bytes('2')], () => true, resumed);
    peer.unread = 1_000_000;
    await turn();
    expect(events).toEqual(['connected', '1']);
    session.onBroadcast(bytes('3'), change(3));
    session.drained();
    await turn();
    expect(events).toEqual(['connected', '1']);
    peer.unread = 0;
    session.drained();
    await replayed;
    expect(events).toEqual(['connected', '1', '2', '3', 'resumed', 'joined']);
  });

  test('ends with the session', async () => {
    const { session, events, peer } = open();
    session.startReplay('old');
    peer.unread = 1_000_000;
    const replayed = session.replay([bytes('1')], () => true, resumed);
    session.ended();
    await replayed;
    expect(events).toEqual(['connected']);
    expect(session.state).toBe('closed');
  });

  test('does not hold more than 1 MiB behind itself', () => {
    const { session, events } = open();
    session.startReplay('old');
    session.onBroadcast(Buffer.alloc(MAX_HELD_BYTES), change(1));
    expect(events).toEqual(['connected']);
    session.onBroadcast(Buffer.alloc(1), change(2));
    expect(events).toEqual(['connected', 'closed 4408']);
  });
});

test('word of who is online takes nothing of what may wait, and comes behind a replay', async () => {
  const live = open();
  live.session.goLive('cursor');
  for (let i = 0; i < 1_000; i += 1) live.session.onPresence(Buffer.alloc(150));
  // As many as may wait, of which nothing is taken.
  for (let i = 1; i < 256; i += 1) {
    live.peer.unread += 4_000;
    live.session.onBroadcast(Buffer.alloc(4_000));
  }
  expect(live.session.state).toBe('live');

  const resuming = open();
  resuming.session.startReplay('cursor');
  const presence = Buffer.from(JSON.stringify({ type: 'presence' }));
  resuming.session.onPresence(presence);
  const missed = Buffer.from(JSON.stringify({ type: 'new_message' }));
  await resuming.session.replay([missed], () => true, resumed);
  expect(resuming.events).toEqual(['connected', 'new_message', 'presence', 'resumed', 'joined']);
});

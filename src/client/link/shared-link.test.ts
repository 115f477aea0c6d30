import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LinkOptions } from '../link.ts';
import { eventually } from './testing/eventually.ts';
import { FakeLocks } from '../testing/fake-locks.ts';
import { FakeSocketServer } from './testing/fake-socket-server.ts';
import { openTab } from './testing/fake-tab.ts';
import { USER, makeToken } from './testing/make-token.ts';

type Tab = ReturnType<typeof openTab>;

let server: FakeSocketServer;
let locks: FakeLocks;
let tabs: Tab[];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  server = new FakeSocketServer();
  locks = new FakeLocks();
  tabs = [];
  await server.start();
});

afterEach(() => {
  for (const tab of tabs) tab.end();
  server.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function open(tabId: string, options: Partial<LinkOptions> = {}): Tab {
  const tab = openTab(tabId, locks, { url: server.url, ...options });
  tabs.push(tab);
  return tab;
}

async function hears(tab: Tab, word: string): Promise<void> {
  await eventually(() => expect(tab.told.at(-1)).toBe(word));
}

const isUp = (tab: Tab): Promise<void> => hears(tab, 'up');
const isUpAgain = (tab: Tab): Promise<void> => hears(tab, 'up, complete');

/** A leader, and two who follow it. */
async function openThree() {
  const a = open('a');
  await isUp(a);
  const b = open('b');
  await isUp(b);
  const c = open('c');
  await isUp(c);
  await eventually(() => expect(a.tabs).toEqual(['b', 'c']));
  for (const tab of [a, b, c]) tab.told.length = 0;
  return { a, b, c };
}

const openSockets = () => server.sockets.filter(({ socket }) => socket.readyState === 1);

const receipt = (seq: number): object => ({ type: 'read_receipt', seq });

function tell(seq: number): void {
  server.send(server.last!.socket, receipt(seq));
}

test('one socket for all, which get what comes and send what they want', async () => {
  const { a, b, c } = await openThree();
  tell(1);
  for (const tab of [a, b, c]) await eventually(() => expect(tab.told).toEqual(['frame 1']));
  expect(b.link.send({ type: 'typing', conversationId: USER })).toBe(true);
  expect(a.link.send({ type: 'mark_read', conversationId: USER, messageId: USER })).toBe(true);
  await eventually(() => {
    const types = server.last!.frames.map(({ type }) => type);
    expect(types.toSorted()).toEqual(['mark_read', 'typing']);
  });
  expect(server.sockets).toHaveLength(1);
});

test('what is muted in one is so in all', async () => {
  const { a, b, c } = await openThree();
  b.link.tellMuted('id', { until: null });
  for (const tab of [a, c]) await eventually(() => expect(tab.told).toEqual(['muted id']));
  a.link.tellMuted('id', undefined);
  for (const tab of [b, c]) await hears(tab, 'not muted id');
});

test('all know when something last came, also when the device has slept since', async () => {
  const { a, b } = await openThree();
  tell(1);
  for (const tab of [a, b]) await hears(tab, 'frame 1');
  const heardAt = Date.now();
  vi.setSystemTime(heardAt + 8 * 3_600_000);
  server.last!.socket.terminate();
  for (const tab of [a, b]) await eventually(() => expect(tab.heardAt).toEqual([heardAt]));
});

test('each is told of each other once', async () => {
  const names = ['a', 'b', 'c'];
  const all = names.map((name) => open(name));
  for (const [index, tab] of all.entries()) {
    await eventually(() => expect(tab.tabs.toSorted()).toEqual(names.toSpliced(index, 1)));
  }
});

test('the leader closes: another one has the lock at once, and misses nothing', async () => {
  const { a, b, c } = await openThree();
  tell(1);
  await eventually(() => expect(c.told).toEqual(['frame 1']));
  const since = server.sockets.length;
  server.onSocket = (opened) => {
    server.send(opened.socket, { type: 'connected', cursor: opened.cursor });
    server.send(opened.socket, receipt(2));
    server.send(opened.socket, { type: 'resumed', complete: true, cursor: 'c9' });
  };
  a.link.close();
  const expected = ['frame 1', 'down', 'connecting', 'frame 2', 'live', 'up, complete'];
  await eventually(() => expect(b.told).toEqual(expected));
  await eventually(() => expect(c.told).toEqual(expected));
  expect(server.sockets.slice(since).map(({ cursor }) => cursor)).toEqual(['c1']);
  tell(3);
  for (const tab of [b, c]) await eventually(() => expect(tab.told.at(-1)).toBe('frame 3'));
});

test('the leader crashes: the same', async () => {
  const { a, b, c } = await openThree();
  a.crash();
  await isUpAgain(b);
  await isUpAgain(c);
  expect(server.last!.cursor).toBe('c1');
});

test('a newer cursor than the leader began with is handed on', async () => {
  const { a, b } = await openThree();
  await vi.advanceTimersByTimeAsync(25_000);
  await eventually(() => expect(server.last!.frames.length).toBe(1));
  // The report that the pong makes has come when what follows it has.
  tell(1);
  await eventually(() => expect(b.told.at(-1)).toBe('frame 1'));
  a.link.close();
  await isUpAgain(b);
  expect(server.last!.cursor).toBe('c2');
});

describe('a leader that is frozen', () => {
  test('is replaced when it answers nothing to who sends', async () => {
    const { a, b, c } = await openThree();
    a.freeze(true);
    expect(b.link.send({ type: 'typing', conversationId: USER })).toBe(true);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(server.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(700);
    await isUpAgain(b);
    await isUpAgain(c);
    expect(server.sockets).toHaveLength(2);
    // It learns that the lock is gone, and follows.
    await eventually(() => expect(a.told).toEqual(['down', 'connecting']));
    await eventually(() => expect(openSockets()).toHaveLength(1));
    a.freeze(false);
    b.link.close();
    await eventually(() => expect(server.sockets).toHaveLength(3));
  });

  test('is replaced when nothing comes from it', async () => {
    const { a, b, c } = await openThree();
    a.freeze(true);
    await vi.advanceTimersByTimeAsync(25_000);
    await eventually(() => expect(server.last!.frames).toHaveLength(1));
    tell(1);
    // Its pong has come too.
    await hears(a, 'frame 1');
    // Both ask, and b is the less patient one.
    vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValue(0.9);
    await vi.advanceTimersByTimeAsync(25_100);
    await isUpAgain(b);
    await isUpAgain(c);
    await vi.advanceTimersByTimeAsync(1_000);
    await eventually(() => expect(openSockets()).toHaveLength(1));
    expect(server.sockets).toHaveLength(2);
  });

  test('is no leader any more for those who follow the next, whatever it says', async () => {
    const { a, b, c } = await openThree();
    a.freeze(true);
    c.link.send({ type: 'typing', conversationId: USER });
    await vi.advanceTimersByTimeAsync(5_600);
    await isUpAgain(c);
    await isUpAgain(b);
    a.freeze(false);
    a.link.connect();
    await isUp(a);
    tell(5);
    for (const tab of [a, b, c]) await hears(tab, 'frame 5');
    expect(openSockets()).toHaveLength(1);
  });
});

test('who closes while it takes the place of a leader leaves it to the next', async () => {
  const { a, b, c } = await openThree();
  a.freeze(true);
  vi.spyOn(Math, 'random').mockReturnValue(0);
  b.link.send({ type: 'typing', conversationId: USER });
  await vi.advanceTimersByTimeAsync(4_999);
  expect(a.told).toEqual([]);
  vi.advanceTimersByTime(1);
  b.link.close();
  await isUpAgain(c);
  expect(server.sockets).toHaveLength(2);
});

test('what a leader of the past says counts for nothing', async () => {
  const { b } = await openThree();
  const past = new BroadcastChannel(`parley:${server.url}:${USER}:2`);
  const report = { term: 1, count: 1, state: { status: 'offline' }, isUp: false };
  // The rule takes it for a window's.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  past.postMessage({ from: 'past', report });
  await eventually(() => expect(b.tabs).toContain('past'));
  past.close();
  tell(1);
  await hears(b, 'frame 1');
  expect(b.told).toEqual(['frame 1']);
});

describe('a follower that missed something', () => {
  test('notices it at the next frame', async () => {
    const { b, c } = await openThree();
    b.freeze(true);
    tell(1);
    await hears(c, 'frame 1');
    b.freeze(false);
    tell(2);
    await hears(b, 'frame 2');
    expect(b.told).toEqual(['down', 'up', 'frame 2']);
    expect(c.told).toEqual(['frame 1', 'frame 2']);
  });

  test('notices it when it looks', async () => {
    const { b, c } = await openThree();
    b.freeze(true);
    tell(1);
    await hears(c, 'frame 1');
    b.freeze(false);
    b.link.connect();
    await eventually(() => expect(b.told).toEqual(['down', 'up']));
  });

  test('does not claim to have all when the socket comes back', async () => {
    const { b, c } = await openThree();
    b.freeze(true);
    tell(1);
    await hears(c, 'frame 1');
    b.freeze(false);
    server.last!.socket.terminate();
    await hears(c, 'waiting network');
    await vi.advanceTimersByTimeAsync(600);
    await isUpAgain(c);
    await eventually(() => expect(b.told.at(-1)).toBe('up'));
  });

  test('nor when it becomes the leader, or another does', async () => {
    const { a, b, c } = await openThree();
    b.freeze(true);
    tell(1);
    await hears(c, 'frame 1');
    await vi.advanceTimersByTimeAsync(25_000);
    tell(2);
    await hears(c, 'frame 2');
    b.freeze(false);
    // b is the next in the queue and goes on from where it was.
    a.link.close();
    await isUpAgain(b);
    expect(server.last!.cursor).toBe('c1');
    // c has a newer cursor, and can't know whether it is newer.
    await isUp(c);
  });
});

test('who comes while the leader connects has missed something', async () => {
  server.onSocket = () => undefined;
  const a = open('a');
  const b = open('b');
  await eventually(() => expect(b.tabs).toEqual(['a']));
  await eventually(() => expect(server.sockets).toHaveLength(1));
  server.greet(server.last!);
  await isUp(a);
  await isUp(b);
  expect(server.sockets).toHaveLength(1);
});

test('users, and servers, have sockets of their own', async () => {
  const sub = USER.replace(/a$/, 'b');
  await isUp(open('a'));
  await isUp(open('b', { token: () => makeToken({ sub }) }));
  await isUp(open('c', { url: server.url.replace('127.0.0.1', 'localhost') }));
  expect(server.sockets).toHaveLength(3);
});

test('waits and errors are the same in all tabs', async () => {
  const { a, b } = await openThree();
  server.last!.socket.close(4429);
  await eventually(() => expect(b.told.at(-1)).toBe('waiting too_many_connections'));
  expect(b.states.at(-1)).toEqual(a.states.at(-1));
  const state = b.states.at(-1)!;
  expect('error' in state && state.error.name).toBe('ParleyError');
  // Who is told to go on tells the leader.
  b.link.connect();
  await isUpAgain(b);
  expect(server.sockets).toHaveLength(2);
});

test('who has no token that is taken gives its place to the next', async () => {
  const refused = [makeToken(), makeToken()];
  server.refuses = (token) => refused.includes(token);
  const tokens = [...refused];
  const a = open('a', { token: () => tokens.shift() ?? makeToken() });
  await eventually(() => expect(a.told).toContain('user 000a'));
  const b = open('b');
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    expect(a.told.at(-1)).toBe('failed unauthenticated');
  });
  await isUp(b);
  a.link.connect();
  await isUp(a);
  expect(server.sockets).toHaveLength(1);
});

test('who gets no token gives its place to the next, and follows', async () => {
  const token = vi.fn<LinkOptions['token']>(() => makeToken());
  const a = open('a', { token });
  await isUp(a);
  const b = open('b');
  await isUp(b);
  token.mockRejectedValue(new Error('signed out'));
  server.last!.socket.close(4401);
  await isUpAgain(b);
  expect(a.told).toContain('waiting token_provider');
  await isUpAgain(a);
  // Its own tries go on, and nobody sees them.
  const { length } = a.told;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(a.told).toHaveLength(length);
  expect(server.sockets).toHaveLength(2);
});

test('who gets no token and is alone goes on trying', async () => {
  const token = vi.fn<LinkOptions['token']>(() => makeToken());
  const a = open('a', { token });
  await isUp(a);
  token.mockRejectedValueOnce(new Error('signed out'));
  server.last!.socket.close(4401);
  await hears(a, 'waiting token_provider');
  await vi.advanceTimersByTimeAsync(600);
  await isUpAgain(a);
  expect(token).toHaveBeenCalledTimes(3);
});

test('without locks that work it has a socket of its own', async () => {
  const request = vi.fn<() => Promise<never>>().mockRejectedValue(new Error('SecurityError'));
  vi.spyOn(FakeLocks.prototype, 'tab').mockReturnValue({
    locks: { request } as unknown as LockManager,
    close: () => undefined,
  });
  const a = open('a');
  await isUp(a);
  await isUp(open('b'));
  expect(server.sockets).toHaveLength(2);
  for (const { socket } of server.sockets) socket.terminate();
  await hears(a, 'waiting network');
  await vi.advanceTimersByTimeAsync(600);
  await isUpAgain(a);
});

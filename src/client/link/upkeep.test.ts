import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Link, LinkOptions } from '../link.ts';
import { openLink } from './open-link.ts';
import { eventually } from './testing/eventually.ts';
import { type FakeSocket, FakeSocketServer } from './testing/fake-socket-server.ts';
import { USER, makeToken } from './testing/make-token.ts';
import { type Recorder, createRecorder } from './testing/recorder.ts';

let server: FakeSocketServer;
let link: Link;
let events: Recorder;

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'Date'],
    now: Date.parse('2026-01-01T12:00:00Z'),
  });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  server = new FakeSocketServer();
  await server.start();
});

afterEach(() => {
  link.close();
  server.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const hears = async (word: string): Promise<void> => {
  await eventually(() => expect(events.told.at(-1)).toBe(word));
};

async function openUp(provide: LinkOptions['token'] = () => makeToken()) {
  events = createRecorder();
  const token = vi.fn<LinkOptions['token']>(provide);
  const { url } = server;
  link = openLink({ url, token, WebSocket, tabId: 'a', shareSocket: false }, events);
  link.connect();
  await hears('up');
  events.told.length = 0;
  return { token };
}

const first = (): FakeSocket => server.sockets.at(0)!;
const frames = () => first().frames;
/** Tokens that the first socket was given. */
const sent = () => frames().flatMap(({ type, token }) => (type === 'authenticate' ? [token] : []));
const seconds = (): number => Math.floor(Date.now() / 1_000);

const short = (): string => makeToken({ exp: seconds() + 20 });

const waitMs = (): number => {
  const state = events.states.at(-1)!;
  return state.status === 'waiting' ? state.retryAt - Date.now() : Number.NaN;
};

/** What the first socket was sent has come and gone through. */
async function settle(): Promise<void> {
  const { length } = events.told;
  server.send(first().socket, { type: 'typing_notify' });
  await eventually(() => expect(events.told.length).toBe(length + 1));
  events.told.pop();
}

describe('the heartbeat', () => {
  test('pings, and takes the pong for a newer cursor', async () => {
    await openUp();
    await vi.advanceTimersByTimeAsync(24_999);
    expect(frames()).toEqual([]);
    for (const count of [1, 2]) {
      await vi.advanceTimersByTimeAsync(count === 1 ? 1 : 25_000);
      await eventually(() => expect(frames()).toHaveLength(count));
      await settle();
    }
    expect(frames()).toEqual([{ type: 'ping' }, { type: 'ping' }]);
    server.last!.socket.terminate();
    await hears('waiting network');
    link.connect();
    await hears('up, complete');
    expect(server.last!.cursor).toBe('c3');
  });

  test('finds a socket that is half-open', async () => {
    await openUp();
    first().socket.pause();
    await vi.advanceTimersByTimeAsync(25_000 + 9_999);
    expect(events.told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await hears('waiting network');
    await vi.advanceTimersByTimeAsync(250);
    await hears('up, complete');
  });

  test('finds a handshake that comes to nothing', async () => {
    await openUp();
    server.onSocket = () => undefined;
    first().socket.terminate();
    await hears('waiting network');
    link.connect();
    await eventually(() => expect(server.sockets).toHaveLength(2));
    await vi.advanceTimersByTimeAsync(10_000);
    await hears('waiting network');
  });
});

async function drop(code: number): Promise<number> {
  server.last!.socket.close(code);
  await eventually(() => expect(events.told.at(-1)).toMatch(/^waiting/));
  return waitMs();
}

describe('waits', () => {
  test('get longer when the socket is soon lost again, as all of a node that restarts are', async () => {
    await openUp();
    const waits = [await drop(1012)];
    for (let i = 0; i < 3; i += 1) {
      await vi.advanceTimersByTimeAsync(waits.at(-1)!);
      await hears('up, complete');
      waits.push(await drop(1012));
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000]);
    // Each of them was opened: nobody asks whether the token is refused.
    expect(server.probes).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    await hears('up, complete');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await drop(1012)).toBe(250);
  });

  test('are a minute and more when there are too many, whatever else happens but a call', async () => {
    vi.stubGlobal('window', new EventTarget());
    await openUp();
    expect(await drop(4429)).toBe(75_000);
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(74_999);
    expect(server.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await hears('up, complete');
  });

  test.each([1009, 4400])('after %s too', async (code) => {
    await openUp();
    await drop(code);
    expect(events.told.at(-1)).toBe('waiting bad_answer');
  });
});

describe('the token of a socket that lives', () => {
  test('is renewed before it ends', async () => {
    const { token } = await openUp(short);
    await vi.advanceTimersByTimeAsync(18_000);
    await eventually(() => expect(sent()).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(7_000);
    await eventually(() => expect(frames().at(-1)).toEqual({ type: 'ping' }));
    await settle();
    await vi.advanceTimersByTimeAsync(10_999);
    expect(token).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1);
    await eventually(() => expect(sent()).toHaveLength(2));
    expect(token.mock.calls.map(([{ reason }]) => reason)).toEqual(['connect', 'expiry', 'expiry']);
    expect(await link.token()).toBe(sent()[1]);
    expect(events.told).toEqual([]);
  });

  test('is taken from what REST was given', async () => {
    const { token } = await openUp(short);
    await vi.advanceTimersByTimeAsync(1_000);
    const renewed = await link.renewToken(first().token);
    await vi.advanceTimersByTimeAsync(17_000);
    await eventually(() => expect(sent()).toEqual([renewed]));
    expect(token).toHaveBeenCalledTimes(2);
  });

  test('comes too late, as after a sleep: it is not the one that was refused', async () => {
    const { token } = await openUp(short);
    const second = short();
    token.mockReturnValue(second);
    await vi.advanceTimersByTimeAsync(18_000);
    server.last!.socket.close(4401);
    await hears('up, complete');
    expect(server.last!.token).toBe(second);
    expect(token).toHaveBeenCalledTimes(2);
  });

  test('is renewed once for each time that it is refused, when all went well between', async () => {
    const { token } = await openUp();
    for (let i = 0; i < 3; i += 1) {
      server.last!.socket.close(4401);
      await eventually(() => expect(server.sockets).toHaveLength(i + 2));
      await hears('up, complete');
      await vi.advanceTimersByTimeAsync(10_000);
      events.told.length = 0;
    }
    const reasons = token.mock.calls.map(([{ reason }]) => reason);
    expect(reasons).toEqual(['connect', 'rejected', 'rejected', 'rejected']);
  });

  test('is asked for again when the provider fails, and the socket lives on', async () => {
    const { token } = await openUp(short);
    token.mockRejectedValueOnce(new Error('503'));
    await vi.advanceTimersByTimeAsync(18_000);
    expect(token).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1_250);
    await eventually(() => expect(sent()).toHaveLength(1));
    expect(events.told).toEqual([]);
  });

  test('is asked for again when the server does not take it', async () => {
    const { token } = await openUp(short);
    await vi.advanceTimersByTimeAsync(18_000);
    await eventually(() => expect(sent()).toHaveLength(1));
    const error = { type: 'error', code: 'invalid_message', request: 'authenticate' };
    server.send(server.last!.socket, error);
    await settle();
    await vi.advanceTimersByTimeAsync(1_249);
    expect(token).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1);
    await eventually(() => expect(sent()).toHaveLength(2));
    // Nobody but the link asked.
    expect(events.told).toEqual([]);
  });

  test('is not asked for again and again when the provider has no other', async () => {
    const same = short();
    const { token } = await openUp(() => same);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sent()).toEqual([]);
    expect(token.mock.calls.length).toBeLessThan(4);
  });

  test("ends it when it is another user's", async () => {
    const { token } = await openUp(short);
    token.mockReturnValue(makeToken({ sub: USER.replace(/a$/, 'b') }));
    await vi.advanceTimersByTimeAsync(18_000);
    await hears('failed invalid_token');
    await eventually(() => expect(server.last!.socket.readyState).toBe(3));
  });
});

describe('the page', () => {
  let onLine: boolean;
  let visibilityState: string;

  beforeEach(() => {
    onLine = true;
    visibilityState = 'visible';
    const page = new EventTarget();
    vi.stubGlobal('window', new EventTarget());
    vi.stubGlobal('navigator', {
      get onLine() {
        return onLine;
      },
    });
    vi.stubGlobal(
      'document',
      Object.defineProperty(page, 'visibilityState', { get: () => visibilityState }),
    );
  });

  const go = (is: 'online' | 'offline'): void => {
    onLine = is === 'online';
    window.dispatchEvent(new Event(is));
  };

  const look = (state: 'visible' | 'hidden'): void => {
    visibilityState = state;
    document.dispatchEvent(new Event('visibilitychange'));
  };

  test('goes offline and online', async () => {
    await openUp();
    go('offline');
    await hears('offline');
    expect(events.told).toEqual(['down', 'offline']);
    await eventually(() => expect(server.last!.socket.readyState).toBe(3));
    await vi.advanceTimersByTimeAsync(59_000);
    expect(server.sockets).toHaveLength(1);
    go('online');
    await hears('up, complete');
  });

  test('is said to be offline and is not: tries all the same, once a minute', async () => {
    await openUp();
    go('offline');
    await hears('offline');
    await vi.advanceTimersByTimeAsync(60_000);
    await hears('up, complete');
    expect(server.sockets).toHaveLength(2);
  });

  test('is offline from the beginning', async () => {
    onLine = false;
    events = createRecorder();
    const token = vi.fn<LinkOptions['token']>().mockRejectedValueOnce(new TypeError('offline'));
    token.mockImplementation(() => makeToken());
    link = openLink(
      { url: 'http://127.0.0.1:1', token, WebSocket, tabId: 'a', shareSocket: false },
      events,
    );
    go('offline');
    expect(events.told).toEqual([]);
    link.connect();
    await hears('offline');
    go('online');
    await hears('waiting network');
  });

  test('comes into view: what waits goes on, what is up is looked at', async () => {
    await openUp();
    server.last!.socket.close(1012);
    await hears('waiting network');
    look('hidden');
    expect(events.told.at(-1)).toBe('waiting network');
    look('visible');
    await hears('up, complete');
    server.last!.socket.pause();
    look('visible');
    await vi.advanceTimersByTimeAsync(5_000);
    await hears('waiting network');
  });

  test('is left in peace after the end', async () => {
    await openUp();
    link.close();
    await hears('closed');
    go('offline');
    go('online');
    look('visible');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events.told).toEqual(['closed']);
    expect(server.sockets).toHaveLength(1);
  });
});

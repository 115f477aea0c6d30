import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ParleyError } from '../errors.ts';
import type { Link, LinkOptions } from '../link.ts';
import { openLink } from './open-link.ts';
import { eventually } from './testing/eventually.ts';
import { FakeSocketServer } from './testing/fake-socket-server.ts';
import { USER, makeToken } from './testing/make-token.ts';
import { createRecorder } from './testing/recorder.ts';

let server: FakeSocketServer;
let links: Link[];

beforeEach(async () => {
  server = new FakeSocketServer();
  links = [];
  // Waits are as good as none.
  vi.spyOn(Math, 'random').mockReturnValue(0.01);
  await server.start();
});

afterEach(() => {
  for (const link of links) link.close();
  server.stop();
  vi.restoreAllMocks();
});

function open(options: Partial<LinkOptions> = {}) {
  const events = createRecorder();
  const token = vi.fn<LinkOptions['token']>(() => makeToken());
  const link = openLink(
    { url: server.url, token, WebSocket, tabId: 'a', shareSocket: false, ...options },
    events,
  );
  links.push(link);
  return { link, events, told: events.told, token };
}

test('connects, and tells nothing while it is called', async () => {
  const { link, told, token } = open();
  link.connect();
  link.connect();
  expect(told).toEqual([]);
  await eventually(() => expect(told).toEqual(['connecting', 'user 000a', 'live', 'up']));
  expect(token).toHaveBeenCalledTimes(1);
  expect(token.mock.lastCall?.[0].reason).toBe('connect');
  expect(server.sockets).toHaveLength(1);
  expect(server.last!.cursor).toBeUndefined();
  expect(link.send({ type: 'typing', conversationId: USER })).toBe(true);
  await eventually(() => expect(server.last!.frames).toMatchObject([{ type: 'typing' }]));
});

test('comes back with the newest cursor, and has missed nothing', async () => {
  const { link, told } = open();
  link.connect();
  await eventually(() => expect(told.at(-1)).toBe('up'));
  server.onSocket = (opened) => {
    server.send(opened.socket, { type: 'connected', cursor: opened.cursor });
    server.send(opened.socket, { type: 'read_receipt', seq: 7 });
    // Neither that of a pong counts until all has been replayed …
    server.send(opened.socket, { type: 'pong', cursor: 'too new' });
    if (server.sockets.length === 2) return opened.socket.terminate();
    server.send(opened.socket, { type: 'resumed', complete: true, cursor: 'c9' });
  };
  told.length = 0;
  server.last!.socket.close(1012);
  await eventually(() => expect(told.at(-1)).toBe('up, complete'));
  expect(server.sockets.map(({ cursor }) => cursor)).toEqual([undefined, 'c1', 'c1']);
  expect(told).toEqual([
    'down',
    'waiting network',
    'connecting',
    'frame 7',
    'waiting network',
    'connecting',
    'frame 7',
    'live',
    'up, complete',
  ]);
});

test('says when it has missed something', async () => {
  const { link, told } = open();
  link.connect();
  await eventually(() => expect(told.at(-1)).toBe('up'));
  server.onSocket = ({ socket, cursor }) => {
    server.send(socket, { type: 'connected', cursor });
    server.send(socket, { type: 'resumed', complete: false, cursor: 'c9' });
  };
  told.length = 0;
  server.last!.socket.terminate();
  await eventually(() => expect(told.at(-1)).toBe('up'));
});

test('sends nothing while it is down', async () => {
  const { link, told } = open();
  expect(link.send({ type: 'ping' })).toBe(false);
  link.connect();
  expect(link.send({ type: 'ping' })).toBe(false);
  await eventually(() => expect(told.at(-1)).toBe('up'));
  link.close();
  expect(link.send({ type: 'ping' })).toBe(false);
});

describe('what is no frame', () => {
  test.each(['<html>', 'null', '{}', '[1]'])('%s', async (text) => {
    server.onSocket = ({ socket }) => socket.send(text);
    const { link, told } = open();
    link.connect();
    await eventually(() => expect(told).toContain('waiting bad_answer'));
  });
});

describe('a token that is refused', () => {
  test('by 4401: another is asked for once, at once', async () => {
    const { link, told, token } = open();
    link.connect();
    await eventually(() => expect(told.at(-1)).toBe('up'));
    told.length = 0;
    server.last!.socket.close(4401);
    await eventually(() => expect(told).toEqual(['down', 'connecting', 'live', 'up, complete']));
    expect(token.mock.calls.map(([{ reason }]) => reason)).toEqual(['connect', 'rejected']);
    expect(new Set(server.sockets.map((socket) => socket.token)).size).toBe(2);
  });

  test('by 4401 again: gives up, until told to try', async () => {
    server.onSocket = (opened) => {
      server.greet(opened);
      opened.socket.close(4401);
    };
    const { link, told, token } = open();
    link.connect();
    await eventually(() => expect(told.at(-1)).toBe('failed unauthenticated'));
    expect(token).toHaveBeenCalledTimes(2);
    expect(server.sockets).toHaveLength(2);
    server.onSocket = (opened) => server.greet(opened);
    link.connect();
    await eventually(() => expect(told.at(-1)).toBe('up, complete'));
    expect(token).toHaveBeenCalledTimes(3);
  });

  test('before the upgrade, which browsers do not see: asks over REST', async () => {
    const first = makeToken();
    server.refuses = (token) => token === first;
    const token = vi
      .fn<LinkOptions['token']>()
      .mockReturnValueOnce(first)
      .mockReturnValue(makeToken());
    const { link, told } = open({ token });
    link.connect();
    await eventually(() => expect(told.at(-1)).toBe('up'));
    expect(server.probes).toBe(1);
    expect(token.mock.calls.map(([{ reason }]) => reason)).toEqual(['connect', 'rejected']);
  });

  test('before the upgrade again: gives up', async () => {
    server.refuses = () => true;
    const { link, told, token } = open();
    link.connect();
    await eventually(() => expect(told.at(-1)).toBe('failed unauthenticated'));
    expect(token).toHaveBeenCalledTimes(2);
    expect(server.sockets).toHaveLength(0);
  });

  test('by 4401, and the provider has no other: gives up', async () => {
    server.onSocket = ({ socket }) => socket.close(4401);
    const same = makeToken();
    const { link, told } = open({ token: () => same });
    link.connect();
    await eventually(() => expect(told.at(-1)).toBe('failed unauthenticated'));
    expect(server.sockets).toHaveLength(1);
  });
});

test('a provider that fails is asked again later; one that gives nonsense is not', async () => {
  const token = vi
    .fn<LinkOptions['token']>()
    .mockImplementationOnce(() => {
      throw new Error('no session');
    })
    .mockRejectedValueOnce(new Error('503'))
    .mockResolvedValue('nonsense');
  const { link, events, told } = open({ token });
  link.connect();
  await eventually(() => expect(told.at(-1)).toBe('failed invalid_token'));
  expect(told).toEqual([
    'connecting',
    'waiting token_provider',
    'connecting',
    'waiting token_provider',
    'connecting',
    'failed invalid_token',
  ]);
  const [, waiting] = events.states;
  expect(waiting).toMatchObject({ error: { cause: new Error('no session') } });
});

test('an end while the provider thinks: its signal is aborted, and nothing more is told', async () => {
  const token = vi.fn<LinkOptions['token']>(() => new Promise(() => undefined));
  const { link, told } = open({ token });
  link.connect();
  const waiting = link.token();
  await eventually(() => expect(token).toHaveBeenCalledTimes(1));
  link.close();
  expect(token.mock.lastCall?.[0].signal.aborted).toBe(true);
  await expect(waiting).rejects.toMatchObject({ code: 'closed' });
  await expect(link.token()).rejects.toBeInstanceOf(ParleyError);
  link.connect();
  link.close();
  await sleep(0);
  expect(told).toEqual(['connecting', 'closed']);
});

test('an end during the handshake', async () => {
  const { link, told } = open({
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        queueMicrotask(() => link.close());
      }
    },
  });
  link.connect();
  await eventually(() => expect(told.at(-1)).toBe('closed'));
  await eventually(() =>
    expect(server.sockets.map(({ socket }) => socket.readyState)).not.toContain(1),
  );
  expect(told).not.toContain('live');
});

test('without any WebSocket it says what to do', () => {
  vi.stubGlobal('WebSocket', undefined);
  expect(() =>
    openLink(
      { url: server.url, token: () => '', tabId: 'a', shareSocket: false },
      createRecorder(),
    ),
  ).toThrow(/option `WebSocket`/);
  vi.unstubAllGlobals();
});

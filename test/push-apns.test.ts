import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type ApnsOptions, createApns } from '../src/push/apns.ts';
import { readApnsKey } from '../src/push/key-files.ts';
import type { PushProvider } from '../src/push/provider.ts';
import { LARGE, aPush } from './support/a-push.ts';
import { makeCertificates } from './support/certificates.ts';
import { FakeApns, type FakeApnsOptions } from './support/fake-apns.ts';
import { startProxy } from './support/proxy.ts';
import { sendByProcess } from './support/send-by-process.ts';

afterEach(() => vi.useRealTimers());

const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

async function start(
  server: FakeApnsOptions = {},
  options: Partial<ApnsOptions> = {},
): Promise<{ apns: FakeApns; provider: PushProvider }> {
  const apns = await FakeApns.start(server);
  onTestFinished(() => apns[Symbol.asyncDispose]());
  const provider = await open(apns, options);
  return { apns, provider };
}

async function open(apns: FakeApns, options: Partial<ApnsOptions>): Promise<PushProvider> {
  const { keyFile, ...settings } = apns.settings;
  const key = await readApnsKey(keyFile);
  const provider = createApns({ key, ...settings, ...options });
  onTestFinished(() => provider[Symbol.asyncDispose]());
  return provider;
}

describe('pushes by APNs', () => {
  test('are shown, and a newer one takes the place of the one before', async () => {
    const { apns, provider } = await start();
    const device = apns.newDevice();
    const first = aPush({ url: 'https://shop.example/chat/1' });
    expect(await provider.send(device, first)).toEqual({ kind: 'sent' });
    const second = aPush({ conversationId: first.conversationId, body: 'Hello? 😀' });
    const other = aPush();
    for (const push of [second, second, other])
      expect(await provider.send(device, push)).toEqual({ kind: 'sent' });
    expect(apns.shown(device).map(({ pushId }) => pushId)).toEqual([second.id, other.id]);
    expect(apns.alerts(device)).toBe(3);
    expect(apns.received[0]).toMatchObject({
      collapseId: first.conversationId,
      payload: {
        aps: {
          alert: { title: 'Bob', body: first.body },
          badge: 5,
          sound: 'default',
          'thread-id': first.conversationId,
        },
        pushId: first.id,
        conversationId: first.conversationId,
        messageId: first.messageId,
        seq: 7,
        unreadCount: 2,
        badge: 5,
        url: 'https://shop.example/chat/1',
      },
    });
    expect(apns.received[1]?.payload).not.toHaveProperty('url');
    expect(apns.complaints).toEqual([]);
  });

  test('go over one connection, with one token, no more at once than the server allows', async () => {
    const { apns, provider } = await start({ maxStreams: 10 });
    const device = apns.newDevice();
    const results = await Promise.all(many(100).map(() => provider.send(device, aPush())));
    expect(results).toEqual(many(100).map(() => ({ kind: 'sent' })));
    expect(apns).toMatchObject({ connections: 1, taken: 100, maxOpen: 10, complaints: [] });
    expect(apns.tokens.size).toBe(1);
  });

  test('get a new token before it is an hour old, and once for all when it has expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { apns, provider } = await start();
    const device = apns.newDevice();
    const send = () => provider.send(device, aPush());
    expect(await send()).toEqual({ kind: 'sent' });
    vi.setSystemTime(Date.now() + 44 * 60_000);
    expect(await send()).toEqual({ kind: 'sent' });
    expect(apns.tokens.size).toBe(1);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await send()).toEqual({ kind: 'sent' });
    expect(apns.tokens.size).toBe(2);
    expect(apns.complaints).toEqual([]);

    vi.setSystemTime(Date.now() + 1_000);
    const expired = { status: 403, reason: 'ExpiredProviderToken' };
    apns.failNext(expired, 3);
    const results = await Promise.all([send(), send(), send()]);
    expect(results).toEqual([{ kind: 'sent' }, { kind: 'sent' }, { kind: 'sent' }]);
    expect(apns.tokens.size).toBe(3);
    // Another so soon would help nobody, and APNs minds.
    apns.failNext(expired);
    expect(await send()).toEqual({ kind: 'refused', reason: '403 ExpiredProviderToken' });
    expect(apns.tokens.size).toBe(3);
  });

  test.each([
    [{ status: 410, reason: 'Unregistered' }, { kind: 'gone' }],
    [{ status: 410, reason: 'ExpiredToken' }, { kind: 'gone' }],
    [{ status: 400, reason: 'BadDeviceToken' }, { kind: 'gone' }],
    [
      { status: 400, reason: 'DeviceTokenNotForTopic' },
      { kind: 'refused', reason: '400 DeviceTokenNotForTopic' },
    ],
    [
      { status: 400, reason: 'BadTopic' },
      { kind: 'refused', reason: '400 BadTopic' },
    ],
    [
      { status: 400, reason: 'not <a> code' },
      { kind: 'refused', reason: '400' },
    ],
    [
      { status: 403, reason: 'InvalidProviderToken' },
      { kind: 'refused', reason: '403 InvalidProviderToken' },
    ],
    [
      { status: 413, reason: 'PayloadTooLarge' },
      { kind: 'refused', reason: '413 PayloadTooLarge' },
    ],
    [
      { status: 429, reason: 'TooManyRequests' },
      { kind: 'retry', reason: '429 TooManyRequests' },
    ],
    [
      { status: 429, reason: 'TooManyRequests', retryAfter: '30' },
      { kind: 'retry', reason: '429 TooManyRequests', afterMs: 30_000 },
    ],
    [
      { status: 500, reason: 'InternalServerError' },
      { kind: 'retry', reason: '500 InternalServerError' },
    ],
    [
      { status: 503, reason: 'Shutdown' },
      { kind: 'retry', reason: '503 Shutdown' },
    ],
    [
      { status: 503, reason: 'of no use'.repeat(20) },
      { kind: 'retry', reason: '503' },
    ],
  ])('that are answered with %j are %j', async (fault, result) => {
    const { apns, provider } = await start();
    const device = apns.newDevice();
    apns.failNext(fault);
    expect(await provider.send(device, aPush())).toEqual(result);
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    expect(apns.connections).toBe(1);
  });

  test('to a device that is not there any more say so', async () => {
    const { apns, provider } = await start();
    const device = apns.newDevice();
    apns.uninstall(device);
    expect(await provider.send(device, aPush())).toEqual({ kind: 'gone' });
    const nonsense = { ...device, token: 'abcd' };
    expect(await provider.send(nonsense, aPush())).toEqual({ kind: 'gone' });
    // It cannot lead anywhere else.
    const elsewhere = { ...device, token: '../../4/other?x' };
    expect(await provider.send(elsewhere, aPush())).toEqual({
      kind: 'refused',
      reason: '404 BadPath',
    });
  });

  test.each([0, 11])('outlive a server that leaves with code %i: nothing is lost', async (code) => {
    const { apns, provider } = await start({ maxStreams: 5 });
    const device = apns.newDevice();
    await provider.send(device, aPush());
    apns.failNext({ goaway: code });
    const results = await Promise.all(many(20).map(() => provider.send(device, aPush())));
    expect(results).toEqual(many(20).map(() => ({ kind: 'sent' })));
    expect(apns.connections).toBe(2);
    expect(apns.alerts(device)).toBe(21);
  });

  test('are to be tried again when the connection breaks, or the server is away; then all is well', async () => {
    const { apns, provider } = await start();
    const device = apns.newDevice();
    apns.failNext({ reset: true });
    expect(await provider.send(device, aPush())).toMatchObject({ kind: 'retry' });
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    await apns.stop();
    const away = await Promise.all([
      provider.send(device, aPush()),
      provider.send(device, aPush()),
    ]);
    for (const result of away) expect(result).toMatchObject({ kind: 'retry' });
    expect(await provider.send(device, aPush())).toEqual({ kind: 'retry', reason: 'ECONNREFUSED' });
    await apns.startAgain();
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    expect(apns.connections).toBe(3);
  });

  test('that get no answer are given up in time, and hold up no others', async () => {
    const { apns, provider } = await start({}, { sendMs: 1_000 });
    const device = apns.newDevice();
    apns.failNext({ hang: true });
    const late = provider.send(device, aPush());
    expect(await late).toEqual({ kind: 'retry', reason: 'timeout' });
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    // The server was slow, not dead.
    expect(apns.connections).toBe(1);
  });

  test('that find no room are given up in time, too', async () => {
    const { apns, provider } = await start({ maxStreams: 0 }, { sendMs: 1_000 });
    const device = apns.newDevice();
    // None is allowed after the first token.
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    const results = await Promise.all(many(3).map(() => provider.send(device, aPush())));
    expect(results).toEqual(many(3).map(() => ({ kind: 'retry', reason: 'timeout' })));
    apns.allow(1);
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    expect(apns).toMatchObject({ connections: 1, taken: 2, maxOpen: 1 });
  });

  test('find a dead connection out, and open another', async () => {
    const { apns } = await start();
    const proxy = await startProxy(apns.url);
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const times = { pingMs: 300, pongMs: 300 };
    const provider = await open(apns, { url: proxy.url, sendMs: 1_000, times });
    const device = apns.newDevice();
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    proxy.lose('everything');
    expect(await provider.send(device, aPush())).toEqual({ kind: 'retry', reason: 'timeout' });
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    expect(apns.connections).toBe(2);
    // Also while nothing is sent.
    proxy.lose('everything');
    await expect.poll(async () => (await provider.send(device, aPush())).kind).toBe('sent');
  });

  test('wait for nobody who does not speak HTTP/2', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const { apns } = await start();
    const provider = await open(apns, { url: `http://127.0.0.1:${port}`, times: { openMs: 100 } });
    expect(await provider.send(apns.newDevice(), aPush())).toEqual({
      kind: 'retry',
      reason: 'timeout',
    });
  });

  test.each(LARGE)('are cut to what fits: %s', async (_, body) => {
    const { apns, provider } = await start();
    const device = apns.newDevice();
    expect(await provider.send(device, aPush({ title: body, body }))).toEqual({ kind: 'sent' });
    const [shown] = apns.shown(device);
    expect(shown?.body.endsWith('…')).toBe(true);
    expect(body.startsWith(shown?.body.slice(0, -1) ?? '?')).toBe(true);
    expect(apns.complaints).toEqual([]);
  });

  test('that are too large without what was written are refused', async () => {
    const { apns, provider } = await start();
    const push = aPush({ url: `https://shop.example/${'x'.repeat(4_000)}` });
    const result = await provider.send(apns.newDevice(), push);
    expect(result).toEqual({ kind: 'refused', reason: 'payload too large' });
    expect(apns.connections).toBe(0);
  });

  test('break off when the node stops', async () => {
    const { apns, provider } = await start();
    apns.failNext({ hang: true });
    const sending = provider.send(apns.newDevice(), aPush());
    await expect.poll(() => apns.maxOpen).toBe(1);
    await provider[Symbol.asyncDispose]();
    expect(await sending).toMatchObject({ kind: 'retry' });
    expect(await provider.send(apns.newDevice(), aPush())).toMatchObject({ kind: 'retry' });
    expect(apns.connections).toBe(1);
  });
});

test('pushes by APNs over TLS go to whom a certificate is believed', async () => {
  const tls = await makeCertificates('localhost');
  onTestFinished(() => rm(tls.folder, { recursive: true }));
  const apns = await FakeApns.start({ tls });
  onTestFinished(() => apns[Symbol.asyncDispose]());
  const device = apns.newDevice();
  const settings = { apns: apns.settings, fcm: undefined, web: undefined };
  const push = aPush();
  const send = (env: NodeJS.ProcessEnv) => sendByProcess({ settings, device, push }, env);
  expect(await send({ NODE_EXTRA_CA_CERTS: tls.ca })).toEqual({ kind: 'sent' });
  expect(apns.shown(device)).toMatchObject([{ pushId: push.id }]);
  expect(await send({})).toMatchObject({
    kind: 'retry',
    reason: expect.stringMatching(/SIGN|ISSUER/),
  });
  expect(apns).toMatchObject({ taken: 1, complaints: [] });
});

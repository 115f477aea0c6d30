import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDatabase } from '../src/db/pool.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import type { PushProvider } from '../src/push/provider.ts';
import { openProviders } from '../src/push/open-providers.ts';
import { openVapidKeys } from '../src/push/vapid-keys.ts';
import { type WebPushOptions, createWebPush } from '../src/push/web-push.ts';
import { LARGE, aPush } from './support/a-push.ts';
import { makeCertificates } from './support/certificates.ts';
import { createDatabase } from './support/database.ts';
import { decryptPush } from './support/decrypt-push.ts';
import { FakeWebPush } from './support/fake-web-push.ts';
import { sendByProcess } from './support/send-by-process.ts';

afterEach(() => vi.useRealTimers());

const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');

/** Of RFC 8291, section 5. */
const KEYS = {
  publicKey:
    'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  privateKey: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
};

async function start(
  options: Partial<WebPushOptions> = {},
): Promise<{ service: FakeWebPush; provider: PushProvider }> {
  const service = await FakeWebPush.start();
  onTestFinished(() => service[Symbol.asyncDispose]());
  return { service, provider: createWebPush({ keys: KEYS, ...service.settings, ...options }) };
}

test('the browser of these tests reads the example of RFC 8291', () => {
  const body = bytes(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
  const keys = { privateKey: bytes(KEYS.privateKey), auth: bytes('BTBZMqHH6r4Tts7J_aSIgg') };
  expect(decryptPush(body, keys).toString()).toBe('When I grow up, I want to be a watermelon');
  body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
  expect(() => decryptPush(body, keys)).toThrow(/authenticate/);
});

describe('pushes to browsers', () => {
  test('are read by the browser alone, and a newer one takes the place of the one before', async () => {
    const { service, provider } = await start();
    const device = service.subscribe(KEYS.publicKey);
    const first = aPush({ url: 'https://shop.example/chat/1' });
    expect(await provider.send(device, first)).toEqual({ kind: 'sent' });
    const second = aPush({ conversationId: first.conversationId, body: 'Hello? 😀' });
    const other = aPush();
    for (const push of [second, second, other])
      expect(await provider.send(device, push)).toEqual({ kind: 'sent' });
    expect(service.shown(device).map(({ pushId }) => pushId)).toEqual([second.id, other.id]);
    expect(service.alerts(device)).toBe(3);
    expect(service.received[0]?.payload).toEqual({
      pushId: first.id,
      conversationId: first.conversationId,
      messageId: first.messageId,
      seq: 7,
      title: 'Bob',
      body: first.body,
      unreadCount: 2,
      badge: 5,
      url: 'https://shop.example/chat/1',
    });
    expect(service.complaints).toEqual([]);
  });

  test('go over a connection that stays, with one token of ours, until that is six hours old', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { service, provider } = await start();
    const device = service.subscribe();
    for (const _ of many(100))
      expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    expect(service.connections).toBe(1);
    expect(service.tokens.size).toBe(1);
    vi.setSystemTime(Date.now() + 6 * 3_600_000);
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    expect(service.tokens.size).toBe(2);
  });

  test('to a browser that another server has subscribed are refused', async () => {
    const { service, provider } = await start();
    const result = await provider.send(service.subscribe('BOther'), aPush());
    expect(result).toEqual({ kind: 'refused', reason: '403' });
  });

  test.each([
    [{ status: 404 }, { kind: 'gone' }],
    [{ status: 410 }, { kind: 'gone' }],
    [{ status: 200 }, { kind: 'sent' }],
    [{ status: 400 }, { kind: 'refused', reason: '400' }],
    [
      { status: 403, reason: 'BadJwtToken' },
      { kind: 'refused', reason: '403' },
    ],
    [{ status: 413 }, { kind: 'refused', reason: '413' }],
    [{ status: 406 }, { kind: 'retry', reason: '406' }],
    [{ status: 429 }, { kind: 'retry', reason: '429' }],
    [
      { status: 429, retryAfter: '20' },
      { kind: 'retry', reason: '429', afterMs: 20_000 },
    ],
    [{ status: 503 }, { kind: 'retry', reason: '503' }],
  ])('that are answered with %j are %j', async (fault, result) => {
    const { service, provider } = await start();
    const device = service.subscribe();
    service.failNext(fault);
    expect(await provider.send(device, aPush())).toEqual(result);
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
  });

  test('are for whoever was subscribed: no redirection is followed, no other host asked', async () => {
    const { service, provider } = await start();
    const inside = await FakeWebPush.start();
    onTestFinished(() => inside[Symbol.asyncDispose]());
    const device = service.subscribe();
    const notAllowed = { kind: 'refused', reason: 'endpoint not allowed' };
    expect(await provider.send(inside.subscribe(), aPush())).toEqual(notAllowed);
    const token = `${service.url}@127.0.0.1:${new URL(inside.url).port}/`;
    expect(await provider.send({ ...device, token }, aPush())).toEqual(notAllowed);
    const redirecting = createServer((_, response) => {
      response.writeHead(307, { location: inside.subscribe().token }).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void redirecting.close());
    await once(redirecting, 'listening');
    const url = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`;
    const other = createWebPush({ keys: KEYS, subject: 'mailto:a@b.example', hosts: [url] });
    expect(await other.send({ ...device, token: `${url}/x` }, aPush())).toEqual({
      kind: 'refused',
      reason: '307',
    });
    expect(inside.connections).toBe(0);
  });

  test('to a subscription that is gone, or whose keys are none, say so', async () => {
    const { service, provider } = await start();
    const device = service.subscribe();
    const gone = { kind: 'gone' };
    service.uninstall(device);
    expect(await provider.send(device, aPush())).toEqual(gone);
    expect(await provider.send({ ...device, keys: undefined }, aPush())).toEqual(gone);
    const noPoint = Buffer.alloc(65, 4).toString('base64url');
    expect(
      await provider.send({ ...device, keys: { ...device.keys, p256dh: noPoint } }, aPush()),
    ).toEqual(gone);
  });

  test('that have just expired are still well-formed', async () => {
    const { service, provider } = await start();
    const push = aPush({ expiresAt: Date.now() - 1_000 });
    expect(await provider.send(service.subscribe(), push)).toEqual({ kind: 'sent' });
    expect(service.complaints).toEqual([]);
  });

  test('keys may be padded', async () => {
    const { service, provider } = await start();
    const device = service.subscribe();
    const keys = { p256dh: `${device.keys.p256dh}=`, auth: `${device.keys.auth}==` };
    expect(await provider.send({ ...device, keys }, aPush())).toEqual({ kind: 'sent' });
  });

  test('that get no answer are given up in time; nothing of them is told', async () => {
    const { service, provider } = await start({ sendMs: 300 });
    const device = service.subscribe();
    service.failNext({ hang: true });
    expect(await provider.send(device, aPush())).toEqual({ kind: 'retry', reason: 'timeout' });
    service.failNext({ reset: true });
    const broken = await provider.send(device, aPush());
    await service.stop();
    const away = await provider.send(device, aPush());
    for (const result of [broken, away]) {
      expect(result.kind).toBe('retry');
      expect(JSON.stringify(result)).not.toContain('push/');
    }
    await service.startAgain();
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
  });

  test.each(LARGE)('are cut to what fits: %s', async (_, body) => {
    const { service, provider } = await start();
    const device = service.subscribe();
    expect(await provider.send(device, aPush({ title: body, body }))).toEqual({ kind: 'sent' });
    const [shown] = service.shown(device);
    expect(shown?.body.endsWith('…')).toBe(true);
    expect(body.startsWith(shown?.body.slice(0, -1) ?? '?')).toBe(true);
    expect(service.complaints).toEqual([]);
  });
});

test('pushes to browsers go to whom a certificate is believed', async () => {
  const tls = await makeCertificates('localhost');
  onTestFinished(() => rm(tls.folder, { recursive: true }));
  const service = await FakeWebPush.start(tls);
  onTestFinished(() => service[Symbol.asyncDispose]());
  const device = service.subscribe();
  const web = { ...service.settings, keys: KEYS };
  const settings = { apns: undefined, fcm: undefined, web };
  const send = (env: NodeJS.ProcessEnv) => sendByProcess({ settings, device, push: aPush() }, env);
  expect(await send({ NODE_EXTRA_CA_CERTS: tls.ca })).toEqual({ kind: 'sent' });
  expect(await send({})).toMatchObject({
    kind: 'retry',
    reason: expect.stringMatching(/SIGN|ISSUER/),
  });
  expect(service).toMatchObject({ taken: 1, complaints: [] });
});

describe('the keys of VAPID', () => {
  test('are made once, and are the same for all nodes', async () => {
    const closing = new Disposer();
    onTestFinished(() => closing[Symbol.asyncDispose]());
    const url = await createDatabase();
    const log: string[] = [];
    const logger = createLogger('trace', { write: (line) => void log.push(line) });
    const databases = await Promise.all(many(3).map(() => openDatabase(url, logger, closing)));
    const all = await Promise.all(
      databases.map((database) => openVapidKeys({ keys: undefined }, database)),
    );
    const [keys] = all;
    expect(all).toEqual(many(3).map(() => keys));
    expect(bytes(keys?.publicKey ?? '')).toHaveLength(65);
    expect(bytes(keys?.privateKey ?? '')).toHaveLength(32);

    const service = await FakeWebPush.start();
    onTestFinished(() => service[Symbol.asyncDispose]());
    const settings = { delayMs: 0, showsContent: true, fcm: undefined, apns: undefined };
    const web = { ...service.settings, keys: undefined };
    const [database] = databases;
    if (database === undefined) return;
    const [provider] = await openProviders({ ...settings, web }, database, logger, closing);
    const device = service.subscribe(keys?.publicKey);
    expect(await provider?.send(device, aPush())).toEqual({ kind: 'sent' });
    for (const secret of [keys?.privateKey ?? '?', device.token, 'red bicycle'])
      expect(log.join('')).not.toContain(secret);
  });

  test('that are set are used as they are, if they are a pair', async () => {
    const database = {} as Parameters<typeof openVapidKeys>[1];
    expect(await openVapidKeys({ keys: KEYS }, database)).toEqual(KEYS);
    const wrong = [
      { ...KEYS, privateKey: KEYS.privateKey.replace('q', 'r') },
      { ...KEYS, privateKey: 'secret' },
      { ...KEYS, privateKey: Buffer.alloc(32).toString('base64url') },
      { ...KEYS, publicKey: KEYS.publicKey.slice(0, -4) },
    ];
    for (const keys of wrong)
      await expect(openVapidKeys({ keys }, database)).rejects.toMatchObject({
        code: 'startup_failed',
        message: expect.stringMatching(/^VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY must be a pair/),
      });
  });
});

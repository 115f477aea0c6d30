import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createFcm } from '../src/push/fcm.ts';
import { readAccount } from '../src/push/key-files.ts';
import type { PushProvider } from '../src/push/provider.ts';
import { LARGE, aPush } from './support/a-push.ts';
import { FakeFcm } from './support/fake-fcm.ts';

afterEach(() => vi.useRealTimers());

const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

async function start(sendMs?: number): Promise<{ fcm: FakeFcm; provider: PushProvider }> {
  const fcm = await FakeFcm.start();
  onTestFinished(() => fcm[Symbol.asyncDispose]());
  const account = await readAccount(fcm.settings.serviceAccountFile);
  return { fcm, provider: createFcm(account, fcm.url, sendMs) };
}

describe('pushes by FCM', () => {
  test('are shown, and a newer one takes the place of the one before', async () => {
    const { fcm, provider } = await start();
    const device = fcm.newDevice();
    const first = aPush({ url: 'https://shop.example/chat/1' });
    expect(await provider.send(device, first)).toEqual({ kind: 'sent' });
    const second = aPush({ conversationId: first.conversationId, body: 'Hello? 😀' });
    const other = aPush();
    for (const push of [second, second, other])
      expect(await provider.send(device, push)).toEqual({ kind: 'sent' });
    expect(fcm.shown(device).map(({ pushId }) => pushId)).toEqual([second.id, other.id]);
    expect(fcm.alerts(device)).toBe(3);
    expect(fcm.received[0]?.payload).toEqual({
      token: device.token,
      notification: { title: 'Bob', body: first.body },
      data: {
        pushId: first.id,
        conversationId: first.conversationId,
        messageId: first.messageId,
        seq: '7',
        unreadCount: '2',
        badge: '5',
        url: 'https://shop.example/chat/1',
      },
      android: {
        collapse_key: first.conversationId,
        notification: { tag: first.conversationId, notification_count: 5 },
        priority: 'high',
        ttl: expect.stringMatching(/^86(400|39\d)s$/),
      },
      apns: {
        headers: {
          'apns-collapse-id': first.conversationId,
          'apns-expiration': `${Math.floor(first.expiresAt / 1_000)}`,
          'apns-priority': '10',
        },
        payload: {
          aps: {
            badge: 5,
            sound: 'default',
            'thread-id': first.conversationId,
            'mutable-content': 1,
          },
        },
      },
    });
    expect(fcm.complaints).toEqual([]);
  });

  test('go over a connection that stays', async () => {
    const { fcm, provider } = await start();
    const device = fcm.newDevice();
    for (const _ of many(100))
      expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
    expect(fcm.connections).toBe(1);
    expect(fcm).toMatchObject({ taken: 100, tokenRequests: 1 });
  });

  test('get an access token once for all, before the last one expires, and anew once when it is refused', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { fcm, provider } = await start();
    const device = fcm.newDevice();
    const send = (count: number) =>
      Promise.all(many(count).map(() => provider.send(device, aPush())));
    const sent = (count: number) => many(count).map(() => ({ kind: 'sent' }));
    expect(await send(20)).toEqual(sent(20));
    expect(fcm.tokenRequests).toBe(1);
    vi.setSystemTime(Date.now() + 3_298_000);
    expect(await send(1)).toEqual(sent(1));
    expect(fcm.tokenRequests).toBe(1);
    vi.setSystemTime(Date.now() + 1_000);
    expect(await send(20)).toEqual(sent(20));
    expect(fcm.tokenRequests).toBe(2);
    fcm.revokeTokens();
    expect(await send(20)).toEqual(sent(20));
    expect(fcm.tokenRequests).toBe(3);
    // Whoever accepts none is not asked for one with each push.
    fcm.revokeTokens();
    expect(await send(2)).toEqual(
      many(2).map(() => ({ kind: 'refused', reason: '401 UNAUTHENTICATED' })),
    );
    expect(fcm.tokenRequests).toBe(3);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await send(2)).toEqual(sent(2));
    expect(fcm.tokenRequests).toBe(4);
  });

  test.each([
    [
      { status: 400, body: { error: 'invalid_grant' } },
      { kind: 'refused', reason: 'access token: 400 invalid_grant' },
    ],
    [
      { status: 503, headers: { 'retry-after': '7' } },
      { kind: 'retry', reason: 'access token: 503', afterMs: 7_000 },
    ],
    [
      { status: 200, body: '<html>' },
      { kind: 'refused', reason: 'access token: 200' },
    ],
    ['hang' as const, { kind: 'retry', reason: 'timeout' }],
  ])('without an access token, %j, are %j', async (fault, result) => {
    const { fcm, provider } = await start(1_000);
    const device = fcm.newDevice();
    fcm.tokenFault = fault;
    const results = await Promise.all(many(5).map(() => provider.send(device, aPush())));
    expect(results).toEqual(many(5).map(() => result));
    expect(fcm.tokenRequests).toBe(1);
  });

  test.each([
    [{ status: 404, reason: 'UNREGISTERED' }, { kind: 'gone' }],
    [
      { status: 403, reason: 'SENDER_ID_MISMATCH' },
      { kind: 'refused', reason: '403 SENDER_ID_MISMATCH' },
    ],
    // Not about the device: nothing may go for it.
    [
      { status: 400, reason: 'INVALID_ARGUMENT' },
      { kind: 'refused', reason: '400 INVALID_ARGUMENT' },
    ],
    [{ status: 404 }, { kind: 'refused', reason: '404 INTERNAL' }],
    [
      { status: 403, reason: 'PERMISSION_DENIED' },
      { kind: 'refused', reason: '403 PERMISSION_DENIED' },
    ],
    [
      { status: 302, reason: 'MOVED' },
      { kind: 'refused', reason: '302 MOVED' },
    ],
    [
      { status: 429, reason: 'QUOTA_EXCEEDED' },
      { kind: 'retry', reason: '429 QUOTA_EXCEEDED', afterMs: 60_000 },
    ],
    [
      { status: 429, reason: 'QUOTA_EXCEEDED', retryAfter: '5' },
      { kind: 'retry', reason: '429 QUOTA_EXCEEDED', afterMs: 5_000 },
    ],
    [
      { status: 500, reason: 'INTERNAL' },
      { kind: 'retry', reason: '500 INTERNAL' },
    ],
    [
      { status: 503, reason: 'UNAVAILABLE', retryAfter: 'Wed, 01 Jan 2020 00:00:00 GMT' },
      { kind: 'retry', reason: '503 UNAVAILABLE', afterMs: 0 },
    ],
    [
      { status: 503, reason: 'of no use'.repeat(5_000) },
      { kind: 'retry', reason: '503' },
    ],
  ])('that are answered with %# are %j', async (fault, result) => {
    const { fcm, provider } = await start();
    const device = fcm.newDevice();
    fcm.failNext(fault);
    expect(await provider.send(device, aPush())).toEqual(result);
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
  });

  test('a date in Retry-After is so far from now', async () => {
    const { fcm, provider } = await start();
    const retryAfter = new Date(Date.now() + 100_000).toUTCString();
    fcm.failNext({ status: 503, reason: 'UNAVAILABLE', retryAfter });
    const result = await provider.send(fcm.newDevice(), aPush());
    expect(result.kind === 'retry' ? result.afterMs : 0).toBeGreaterThan(90_000);
  });

  test('to a device that is not there any more, or never was, say so', async () => {
    const { fcm, provider } = await start();
    const device = fcm.newDevice();
    fcm.uninstall(device);
    expect(await provider.send(device, aPush())).toEqual({ kind: 'gone' });
    expect(await provider.send({ ...device, token: 'no "token"' }, aPush())).toEqual({
      kind: 'gone',
    });
    // Of another project: it may be ours that is wrong.
    expect(await provider.send(fcm.foreignDevice(), aPush())).toEqual({
      kind: 'refused',
      reason: '403 SENDER_ID_MISMATCH',
    });
    expect(fcm.complaints).toEqual([]);
  });

  test('that get no answer are given up in time; those that are cut off, or find nobody, are for another time', async () => {
    const { fcm, provider } = await start(1_000);
    const device = fcm.newDevice();
    fcm.failNext({ hang: true });
    expect(await provider.send(device, aPush())).toEqual({ kind: 'retry', reason: 'timeout' });
    fcm.failNext({ reset: true });
    expect(await provider.send(device, aPush())).toMatchObject({
      kind: 'retry',
      reason: expect.any(String),
    });
    await fcm.stop();
    expect(await provider.send(device, aPush())).toMatchObject({ kind: 'retry' });
    await fcm.startAgain();
    expect(await provider.send(device, aPush())).toEqual({ kind: 'sent' });
  });

  test.each(LARGE)('are cut to what fits: %s', async (_, body) => {
    const { fcm, provider } = await start();
    const device = fcm.newDevice();
    expect(await provider.send(device, aPush({ title: body, body }))).toEqual({ kind: 'sent' });
    const [shown] = fcm.shown(device);
    expect(shown?.body.endsWith('…')).toBe(true);
    expect(body.startsWith(shown?.body.slice(0, -1) ?? '?')).toBe(true);
    expect(fcm.complaints).toEqual([]);
  });
});

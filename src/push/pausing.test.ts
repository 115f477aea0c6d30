import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pausing } from './pausing.ts';
import type { Push, PushDevice, PushPlatform, PushProvider, PushResult } from './provider.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const push = {} as Push;
const device = (platform: PushPlatform, token = 'token'): PushDevice => ({
  id: token,
  platform,
  token,
  keys: undefined,
});

interface Scripted extends PushProvider {
  /** What it answers from now on; never with `undefined`. */
  answer: PushResult | undefined;
  asked: number;
}

const scripted = (platform: PushPlatform, answer?: PushResult): Scripted => ({
  platform,
  answer,
  asked: 0,
  send() {
    this.asked += 1;
    return this.answer === undefined ? new Promise(() => undefined) : Promise.resolve(this.answer);
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

const away: PushResult = { kind: 'retry', reason: '503' };

test('three failures in a row begin a pause, in which nobody asks; one tries whether it is back', async () => {
  const fcm = scripted('fcm', away);
  const paused = pausing(fcm);
  for (let i = 0; i < 3; i += 1) expect(await paused.send(device('fcm'), push)).toBe(away);
  expect(await paused.send(device('fcm'), push)).toMatchObject({
    kind: 'retry',
    reason: 'paused',
    afterMs: 1_000,
  });
  expect(fcm.asked).toBe(3);
  vi.advanceTimersByTime(1_000);
  fcm.answer = undefined;
  void paused.send(device('fcm'), push);
  expect(await paused.send(device('fcm'), push)).toMatchObject({ kind: 'retry', reason: 'paused' });
  expect(fcm.asked).toBe(4);
});

test('the pause is longer each time, and over with a success', async () => {
  const fcm = scripted('fcm', away);
  const paused = pausing(fcm);
  for (let i = 0; i < 3; i += 1) await paused.send(device('fcm'), push);
  for (const [i, seconds] of [1, 2, 4, 8, 15, 15].entries()) {
    vi.advanceTimersByTime(seconds * 1_000 - 1);
    expect(await paused.send(device('fcm'), push)).toMatchObject({ reason: 'paused' });
    vi.advanceTimersByTime(1);
    expect(await paused.send(device('fcm'), push)).toBe(away);
    expect(fcm.asked).toBe(4 + i);
  }
  vi.advanceTimersByTime(60_000);
  fcm.answer = { kind: 'gone' };
  await paused.send(device('fcm'), push);
  fcm.answer = { kind: 'sent' };
  expect(await paused.send(device('fcm'), push)).toEqual({ kind: 'sent' });
});

test('a pause is as long as Retry-After, up to a minute', async () => {
  const fcm = scripted('fcm', { kind: 'retry', reason: '503', afterMs: 30_000 });
  const paused = pausing(fcm);
  for (let i = 0; i < 3; i += 1) await paused.send(device('fcm'), push);
  vi.advanceTimersByTime(29_999);
  expect(await paused.send(device('fcm'), push)).toMatchObject({ reason: 'paused' });
  fcm.answer = { kind: 'retry', reason: '429', afterMs: 3_600_000 };
  vi.advanceTimersByTime(1);
  await paused.send(device('fcm'), push);
  vi.advanceTimersByTime(60_000);
  fcm.answer = { kind: 'sent' };
  expect(await paused.send(device('fcm'), push)).toEqual({ kind: 'sent' });
});

test('failures of single devices are not the service', async () => {
  const fcm = scripted('fcm');
  const paused = pausing(fcm);
  for (let i = 0; i < 10; i += 1) {
    fcm.answer = { kind: 'retry', reason: '429', afterMs: 60_000 };
    expect(await paused.send(device('fcm'), push)).toMatchObject({ reason: '429' });
    fcm.answer = { kind: 'sent' };
    expect(await paused.send(device('fcm'), push)).toEqual({ kind: 'sent' });
  }
});

test('many that fail together begin one short pause', async () => {
  const fcm = scripted('fcm', away);
  const paused = pausing(fcm);
  await Promise.all(Array.from({ length: 100 }, () => paused.send(device('fcm'), push)));
  expect(await paused.send(device('fcm'), push)).toMatchObject({ afterMs: 1_000 });
});

test('while nothing is answered, nobody else is sent after those who wait already', async () => {
  const fcm = scripted('fcm');
  const paused = pausing(fcm);
  void paused.send(device('fcm'), push);
  vi.advanceTimersByTime(2_900);
  void paused.send(device('fcm'), push);
  expect(fcm.asked).toBe(2);
  vi.advanceTimersByTime(200);
  expect(await paused.send(device('fcm'), push)).toMatchObject({ reason: 'paused' });
  expect(fcm.asked).toBe(2);
});

test('names that somebody makes up are forgotten', async () => {
  const web = scripted('web', away);
  const paused = pausing(web);
  const first = device('web', 'https://0.a.example/1');
  for (let i = 0; i < 3; i += 1) await paused.send(first, push);
  for (let i = 1; i < 1_000; i += 1)
    await paused.send(device('web', `https://${i}.a.example/1`), push);
  expect(await paused.send(first, push)).toMatchObject({ reason: 'paused' });
  await paused.send(device('web', 'https://1000.a.example/1'), push);
  expect(await paused.send(first, push)).toBe(away);
});

test("browsers' services are told apart", async () => {
  const web = scripted('web', away);
  const paused = pausing(web);
  const [one, other] = [device('web', 'https://a.example/1'), device('web', 'https://b.example/1')];
  for (let i = 0; i < 3; i += 1) await paused.send(one, push);
  expect(await paused.send(one, push)).toMatchObject({ reason: 'paused' });
  web.answer = { kind: 'sent' };
  expect(await paused.send(other, push)).toEqual({ kind: 'sent' });
});

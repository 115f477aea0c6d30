import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { isSignedWebhook, signWebhook } from './standard-webhooks.ts';

const secret = randomBytes(32);
const other = randomBytes(24);
const library = (bytes: Buffer) => new Webhook(`whsec_${bytes.toString('base64')}`);
const body = JSON.stringify({ type: 'a', data: { text: 'Grüße, 你好 👋' } });
const NOW = Date.now();
const NOT_SIGNED = 'No matching signature found';

test('what is signed here is verified by the library', () => {
  const headers = signWebhook([secret], 'msg_1', body);
  expect(library(secret).verify(body, { ...headers })).toEqual(JSON.parse(body));
  expect(() => library(other).verify(body, { ...headers })).toThrow(NOT_SIGNED);
  expect(() => library(secret).verify(`${body} `, { ...headers })).toThrow(NOT_SIGNED);
});

test('while a secret is being replaced whoever has either verifies', () => {
  const headers = signWebhook([secret, other], 'msg_1', Buffer.from(body));
  for (const bytes of [secret, other])
    expect(library(bytes).verify(body, { ...headers })).toEqual(JSON.parse(body));
});

test('what the library signs is verified here, and by any of the secrets', () => {
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(NOW / 1_000)),
    'webhook-signature': library(secret).sign('msg_1', new Date(NOW), body),
  };
  expect(isSignedWebhook([secret], headers, body)).toBe(true);
  expect(isSignedWebhook([other, secret], headers, Buffer.from(body))).toBe(true);
  expect(isSignedWebhook([other], headers, body)).toBe(false);
  expect(isSignedWebhook([], headers, body)).toBe(false);
});

test('anything else about it that is changed is seen', () => {
  const headers = signWebhook([secret], 'msg_1', body, NOW);
  const signature = headers['webhook-signature'];
  const isSigned = (changed: Partial<typeof headers>, text = body) =>
    isSignedWebhook([secret], { ...headers, ...changed }, text, NOW);
  expect(isSigned({})).toBe(true);
  expect(isSigned({ 'webhook-signature': `v2,AAAA v1,AAAA ${signature} v1a,AAAA` })).toBe(true);
  expect(isSigned({}, `${body} `)).toBe(false);
  expect(isSigned({ 'webhook-id': 'msg_2' })).toBe(false);
  expect(isSigned({ 'webhook-timestamp': String(Math.floor(NOW / 1_000) + 1) })).toBe(false);
  for (const wrong of [
    '',
    'v1',
    'v1,',
    'v1,AAAA',
    signature.replace('v1', 'v2'),
    signature.slice(3),
  ])
    expect(isSigned({ 'webhook-signature': wrong })).toBe(false);
  for (const wrong of ['', 'now', '-1', `${headers['webhook-timestamp']}.0`, '1e9', '9'.repeat(16)])
    expect(isSigned({ 'webhook-timestamp': wrong })).toBe(false);
});

test('five minutes from our clock, and no further', () => {
  const headers = signWebhook([secret], 'msg_1', body, NOW);
  for (const [afterS, isGood] of [
    [300, true],
    [301, false],
    [-300, true],
    [-301, false],
  ] as const)
    expect(isSignedWebhook([secret], headers, body, NOW + afterS * 1_000)).toBe(isGood);
});

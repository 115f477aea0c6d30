import { afterEach, expect, test } from 'vitest';
import { Disposer } from '../lib/disposer.ts';
import { type LimitName, createLimits, noLimits } from './limits.ts';

const disposer = new Disposer();
afterEach(() => disposer[Symbol.asyncDispose]());

function alone() {
  const limited: LimitName[] = [];
  const parts = { redis: undefined, onLimited: (limit: LimitName) => limited.push(limit) };
  return { limited, limits: createLimits(parts, disposer) };
}

test('without an address nothing is limited by it', () => {
  const { limits, limited } = alone();
  for (let i = 0; i < 2_000; i += 1) {
    expect(limits.connection(undefined)).toBe(0);
    expect(limits.handshake(undefined)).toBe(0);
    expect(limits.anonymousRequest(undefined)).toBe(0);
    expect(limits.opened(`user ${i}`, undefined)).toBe('stays');
  }
  expect(limited).toEqual([]);
});

test('a socket that its address has no room for does not count for its user', () => {
  const { limits, limited } = alone();
  for (let i = 0; i < 500; i += 1) expect(limits.opened(`user ${i}`, 'full')).toBe('stays');
  for (let i = 0; i < 20; i += 1) expect(limits.opened('late', 'full')).toBe('too many sockets');
  expect(limited).toEqual(Array.from({ length: 20 }, () => 'sockets'));
  for (let i = 0; i < 20; i += 1) expect(limits.opened('late', 'free')).toBe('stays');
  limits.closed('user 1', 'full');
  expect(limits.opened('user 1', 'full')).toBe('stays');
});

test('60 new conversations an hour without Redis', async () => {
  const { limits, limited } = alone();
  for (let i = 0; i < 60; i += 1) expect(await limits.newConversation('a')).toBe(0);
  const wait = await limits.newConversation('a');
  expect(wait).toBeGreaterThan(3_500_000);
  expect(wait).toBeLessThanOrEqual(3_600_000);
  expect(await limits.newConversation('b')).toBe(0);
  expect(limited).toEqual(['new_conversations']);
});

test('switched off, nothing is limited', async () => {
  for (let i = 0; i < 1_000; i += 1) {
    expect(noLimits.message('a')).toBe(0);
    expect(noLimits.frame('a')).toBe(0);
    expect(noLimits.opened('a', 'here')).toBe('stays');
  }
  expect(await noLimits.newConversation('a')).toBe(0);
});

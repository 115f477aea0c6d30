import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { conversationId } from './conversation-id.ts';

const BUYER = '0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f6071';

test('is part of the data: the same for ever', () => {
  expect(conversationId(7, BUYER)).toBe('39322bd6-426d-5333-a84b-a8bcdf4d9d72');
  expect(conversationId(-2_147_483_648, BUYER)).toBe('ac04e2a1-ca09-5c8d-a565-2f7c62c4a87f');
});

test('is a UUIDv5', () => {
  for (let listing = 0; listing < 200; listing += 1) {
    expect(conversationId(listing, randomUUID())).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }
});

test('differs by listing and by buyer', () => {
  const ids = new Set<string>();
  const buyers = Array.from({ length: 20 }, () => randomUUID());
  for (const buyer of buyers)
    for (let listing = -10; listing < 10; listing += 1) ids.add(conversationId(listing, buyer));
  expect(ids.size).toBe(400);
});

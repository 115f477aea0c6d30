import { expect, test } from 'vitest';
import { slotOf } from './redis-slots.ts';

// As a Redis 7 answers to CLUSTER KEYSLOT.
test.each([
  ['', 0],
  ['123456789', 12_739],
  ['foo', 12_182],
  ['conversation:6f1f64b2-3c1e-4f0f-9f53-0c1ad1c0ffee', 9_853],
  ['user:42', 15_880],
  ['{user1000}.following', 3_443],
  ['foo{}{bar}', 8_363],
  ['foo{{bar}}zap', 4_015],
  ['foo{bar}{zap}', 5_061],
  ['}foo{bar', 7_622],
  ['user:ü€😀', 11_701],
  ['user:{ü}x', 9_552],
])('the slot of %j is %i', (channel, slot) => {
  expect(slotOf(channel)).toBe(slot);
});

import { expect, test } from 'vitest';
import { DeliveryWatch } from './delivery-watch.ts';

test('each is told once, when its change or a later one has been delivered', () => {
  const watch = new DeliveryWatch();
  const told: string[] = [];
  for (const [slot, seq] of [
    [1, 5],
    [1, 6],
    [1, 6],
    [2, 5],
  ] as const)
    watch.add(slot, seq, () => void told.push(`${slot}/${seq}`));
  watch.delivered(1, 4);
  watch.delivered(3, 9);
  expect(told).toEqual([]);
  watch.delivered(1, 5);
  expect(told).toEqual(['1/5']);
  watch.delivered(1, 7);
  watch.delivered(1, 8);
  expect(told).toEqual(['1/5', '1/6', '1/6']);
  watch.forget(2);
  watch.delivered(2, 5);
  expect(told).toHaveLength(3);
});

test('no more than 1,000 are watched at a time', () => {
  const watch = new DeliveryWatch();
  let told = 0;
  const add = (slot: number) => watch.add(slot, 1, () => void (told += 1));
  for (let i = 0; i < 1_001; i += 1) add(i % 100);
  for (let slot = 0; slot < 50; slot += 1) watch.delivered(slot, 1);
  expect(told).toBe(500);
  for (let slot = 50; slot < 100; slot += 1) watch.forget(slot);
  for (let slot = 0; slot < 1_001; slot += 1) add(slot);
  for (let slot = 0; slot < 1_001; slot += 1) watch.delivered(slot, 1);
  expect(told).toBe(1_500);
});

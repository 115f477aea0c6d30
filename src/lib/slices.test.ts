import { expect, it } from 'vitest';
import { slices } from './slices.ts';

it.each([
  [0, []],
  [1, [1]],
  [50, [50]],
  [51, [26, 25]],
  [105, [35, 35, 35]],
  [101, [34, 34, 33]],
])('cuts %i things into as few pieces as can be, of about the same size', (count, sizes) => {
  const list = Array.from({ length: count }, (_, i) => i);
  const pieces = slices(list, 50);
  expect(pieces.map(({ length }) => length)).toEqual(sizes);
  expect(pieces.flat()).toEqual(list);
});

import { expect, it } from 'vitest';
import { moveInGrid } from './grid-moves.ts';

// 0 1 2 | 3 4 ‖ 5 6 7 | 8
const move = (key: string, at: number) => moveInGrid(key, at, [5, 4], 3);

it.each([
  ['next', 4, 5],
  ['next', 8, 8],
  ['previous', 0, 0],
  ['ArrowDown', 1, 4],
  ['ArrowDown', 2, 4],
  ['ArrowDown', 4, 6],
  ['ArrowDown', 7, 8],
  ['ArrowDown', 8, 8],
  ['ArrowUp', 5, 3],
  ['ArrowUp', 7, 4],
  ['ArrowUp', 1, undefined],
  ['Home', 7, 0],
  ['End', 1, 8],
  ['Tab', 1, undefined],
])('%s from %i', (key, at, to) => {
  expect(move(key, at)).toBe(to);
});

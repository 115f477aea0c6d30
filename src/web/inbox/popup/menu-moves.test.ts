import { expect, it } from 'vitest';
import { moveInMenu } from './menu-moves.ts';

it.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 2, 0],
  ['ArrowUp', 0, 2],
  ['ArrowUp', 2, 1],
  ['ArrowUp', -1, 2],
  ['Home', 2, 0],
  ['End', 0, 2],
  ['a', 0, undefined],
])('%s from %d of three leads to %s', (key, at, to) => {
  expect(moveInMenu(key, at, 3)).toBe(to);
});

import { expect, test } from 'vitest';
import { pieces } from './pieces.ts';

test.each<[string, [string, number[]][], [string, number[]][][]]>([
  ['nothing', [], []],
  [
    'owners without items',
    [
      ['a', []],
      ['b', []],
    ],
    [],
  ],
  [
    'several owners in one piece',
    [
      ['a', [1]],
      ['b', [2]],
    ],
    [
      [
        ['a', [1]],
        ['b', [2]],
      ],
    ],
  ],
  [
    'one owner in several',
    [['a', [1, 2, 3, 4, 5, 6, 7]]],
    [[['a', [1, 2, 3]]], [['a', [4, 5, 6]]], [['a', [7]]]],
  ],
  [
    'a piece that ends within an owner',
    [
      ['a', [1, 2]],
      ['b', [3, 4]],
      ['c', [5, 6]],
    ],
    [
      [
        ['a', [1, 2]],
        ['b', [3]],
      ],
      [
        ['b', [4]],
        ['c', [5, 6]],
      ],
    ],
  ],
])('%s', (_, owned, expected) => {
  expect([...pieces(owned, 3)]).toEqual(expected);
});

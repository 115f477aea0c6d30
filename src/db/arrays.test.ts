import { expect, test } from 'vitest';
import { textArray, uuidArray } from './arrays.ts';

// What `SELECT array_send(…)` answers.
test.each<[string, Buffer, string]>([
  ['no UUID', uuidArray([]), '000000000000000000000b86'],
  ['no text', textArray([]), '000000000000000000000019'],
  [
    'two UUIDs',
    uuidArray(['00112233-4455-6677-8899-aabbccddeeff', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF']),
    '000000010000000000000b8600000002000000010000001000112233445566778899aabbccddeeff00000010ffffffffffffffffffffffffffffffff',
  ],
  [
    'texts of several bytes a character, empty and NULL',
    textArray(['ü€😀', '', undefined]),
    '000000010000000100000019000000030000000100000009c3bce282acf09f988000000000ffffffff',
  ],
  ['texts without NULL', textArray(['a']), '00000001000000000000001900000001000000010000000161'],
])('%s', (_, bytes, hex) => {
  expect(bytes.toString('hex')).toBe(hex);
});

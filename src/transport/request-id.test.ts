import { expect, test } from 'vitest';
import { requestIdOf } from './request-id.ts';

test.each([
  '7f9c2e4b8a6d4f0e9b1c3d5e7f9a1b2c',
  'Root=1-67891233-abcdef012345678912345678',
  'a'.repeat(128),
])('%s is kept', (id) => {
  expect(requestIdOf(id)).toBe(id);
});

test.each(['', 'a b', 'a"b', 'ü', 'a\nb', 'a'.repeat(129)])('%j is replaced', (id) => {
  expect(requestIdOf(id)).toMatch(/^[\da-f-]{36}$/);
});

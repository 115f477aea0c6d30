import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { readUuid, uuidText, writeUuid } from './uuid.ts';

test('a UUID comes back as it was, from wherever it stands', () => {
  for (let i = 0; i < 100; i += 1) {
    const id = randomUUID();
    const bytes = Buffer.alloc(32);
    expect(writeUuid(bytes, 8, Buffer.from(`:${id}`), 1)).toBe(24);
    expect(bytes.toString('hex', 8, 24)).toBe(id.replaceAll('-', ''));
    expect(readUuid(bytes, 8)).toBe(id);
  }
});

test('upper case is read', () => {
  const id = randomUUID();
  const bytes = Buffer.alloc(16);
  writeUuid(bytes, 0, uuidText([id.toUpperCase()]), 0);
  expect(readUuid(bytes, 0)).toBe(id);
});

test.each(['not a UUID', '€'.repeat(36), ''])('%j gives some bytes and no error', (text) => {
  const bytes = Buffer.alloc(16);
  expect(writeUuid(bytes, 0, uuidText([text]), 0)).toBe(16);
});

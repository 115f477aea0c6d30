import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { readUuid, writeUuid } from './uuid.ts';

test('a UUID comes back as it was, from wherever it stands', () => {
  for (let i = 0; i < 100; i += 1) {
    const id = randomUUID();
    const bytes = new Uint8Array(32);
    expect(writeUuid(bytes, `…${id}`, 8, 1)).toBe(24);
    expect(Buffer.from(bytes).toString('hex', 8, 24)).toBe(id.replaceAll('-', ''));
    expect(readUuid(bytes, 8)).toBe(id);
  }
});

test('upper case is read', () => {
  const id = randomUUID();
  const bytes = new Uint8Array(16);
  writeUuid(bytes, id.toUpperCase(), 0);
  expect(readUuid(bytes, 0)).toBe(id);
});

import { createHash } from 'node:crypto';

/** Characters of a UUID in its 8-4-4-4-12 form (RFC 9562, section 4). */
export const UUID_LENGTH = 36;
/** Where in it the two digits of each byte stand. */
const DIGITS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const NIBBLES = new Uint8Array(256);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  NIBBLES[digit.charCodeAt(0)] = value;
  NIBBLES[digit.toUpperCase().charCodeAt(0)] = value;
}

/**
 * The characters of UUIDs, one behind the other, for {@link writeUuid}. Each must have its {@link UUID_LENGTH}: the next is
 * found by counting. Bytes are read several times faster than the
 * characters of strings, which V8 keeps in many forms.
 */
export const uuidText = (ids: readonly string[]): Buffer => Buffer.from(ids.join(''), 'latin1');

/**
 * Writes the 16 bytes of a UUID.
 *
 * @param text has the UUID from `from` on, in ASCII; anything else gives other bytes, and no error
 * @returns where the next byte goes
 */
export function writeUuid(target: Uint8Array, at: number, text: Uint8Array, from: number): number {
  for (let i = 0; i < 16; i += 1) {
    const digit = from + (DIGITS[i] ?? 0);
    const high = NIBBLES[text[digit] ?? 0] ?? 0;
    const low = NIBBLES[text[digit + 1] ?? 0] ?? 0;
    target[at + i] = (high << 4) | low;
  }
  return at + 16;
}

/** The UUID of the 16 bytes from `at`, in lower case. */
export function readUuid(bytes: Buffer, at: number): string {
  const hex = bytes.toString('hex', at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The UUIDv5 of a name (RFC 9562, section 5.5): the same for the same name. @param namespace 16 bytes */
export function namedUuid(namespace: Buffer, name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return readUuid(hash, 0);
}

/** Where the two digits of each byte stand in the 8-4-4-4-12 form (RFC 9562, section 4). */
const DIGITS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const NIBBLES = new Uint8Array(128);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  NIBBLES[digit.charCodeAt(0)] = value;
  NIBBLES[digit.toUpperCase().charCodeAt(0)] = value;
}
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Writes the 16 bytes of a UUID.
 *
 * @param text has the UUID in its 8-4-4-4-12 form from `from` on; anything else gives other bytes, and no error
 * @returns where the next byte goes
 */
export function writeUuid(target: Uint8Array, text: string, at: number, from = 0): number {
  for (let i = 0; i < 16; i += 1) {
    const digit = from + (DIGITS[i] ?? 0);
    const high = NIBBLES[text.charCodeAt(digit)] ?? 0;
    const low = NIBBLES[text.charCodeAt(digit + 1)] ?? 0;
    target[at + i] = (high << 4) | low;
  }
  return at + 16;
}

/** The hexadecimal digits of the bytes from `at` up to `end`. */
function hex(bytes: Uint8Array, at: number, end: number): string {
  let text = '';
  for (let i = at; i < end; i += 1) text += HEX[bytes[i] ?? 0];
  return text;
}

/** The UUID of the 16 bytes from `at`, in lower case. */
export const readUuid = (bytes: Uint8Array, at: number): string =>
  `${hex(bytes, at, at + 4)}-${hex(bytes, at + 4, at + 6)}-${hex(bytes, at + 6, at + 8)}-${hex(bytes, at + 8, at + 10)}-${hex(bytes, at + 10, at + 16)}`;

/**
 * What a generated message says: when it was meant to be sent (12 hexadecimal digits, µs) and by whom (6), and padding.
 * All processes of a machine read the same monotonic clock, so a stamp of one can be compared with another's now.
 */
export const CONTENT_BYTES = 100;
const FIELD_DIGITS = 6;
const FIELD = 2 ** (4 * FIELD_DIGITS);
export const STAMP_BYTES = 3 * FIELD_DIGITS;
const DIGITS = Buffer.from('0123456789abcdef');

/** `performance.now` is cheaper than `hrtime`, but counts from the start of the process. */
const START_US = Number(process.hrtime.bigint()) / 1_000 - performance.now() * 1_000;

/** Microseconds since the machine started. */
export const nowUs = (): number => START_US + performance.now() * 1_000;

export function writeStamp(bytes: Buffer, at: number, us: number, sender: number): void {
  const high = Math.floor(us / FIELD);
  writeField(bytes, at, high);
  writeField(bytes, at + FIELD_DIGITS, us - high * FIELD);
  writeField(bytes, at + 2 * FIELD_DIGITS, sender);
}

export const readUs = (bytes: Buffer, at: number): number =>
  readField(bytes, at) * FIELD + readField(bytes, at + FIELD_DIGITS);

export const readSender = (bytes: Buffer, at: number): number =>
  readField(bytes, at + 2 * FIELD_DIGITS);

function writeField(bytes: Buffer, at: number, value: number): void {
  for (let i = 0; i < FIELD_DIGITS; i += 1)
    bytes[at + i] = DIGITS[(value >>> (4 * (FIELD_DIGITS - 1 - i))) & 15] ?? 0;
}

function readField(bytes: Buffer, at: number): number {
  let value = 0;
  for (let i = 0; i < FIELD_DIGITS; i += 1) {
    const code = bytes[at + i] ?? 0;
    // '0' is 48, 'a' is 97.
    value = value * 16 + (code < 58 ? code - 48 : code - 87);
  }
  return value;
}

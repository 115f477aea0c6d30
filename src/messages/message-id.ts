import { randomFillSync } from 'node:crypto';

// One call for many ids: asking for random bytes once per id cost the prototype 6 % of its time.
const pool = Buffer.alloc(16 * 1_024);
let used = pool.length;

/**
 * Writes the 16 bytes of a UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, 74 random bits.
 *
 * @returns where the next byte goes
 */
export function writeMessageId(target: Buffer, at: number, now: number): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += pool.copy(target, at, used, used + 16);
  target.writeUIntBE(now, at, 6);
  target[at + 6] = ((target[at + 6] ?? 0) & 0x0f) | 0x70;
  target[at + 8] = ((target[at + 8] ?? 0) & 0x3f) | 0x80;
  return at + 16;
}

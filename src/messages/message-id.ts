import { randomFillSync } from 'node:crypto';
import { readUuid } from '../lib/uuid.ts';

// One call for many ids: asking for random bytes once per id cost the prototype 6 % of its time.
const pool = Buffer.alloc(16 * 1_024);
let used = pool.length;

/** UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, 74 random bits. */
export function messageId(now = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used;
  used += 16;
  pool.writeUIntBE(now, at, 6);
  pool[at + 6] = ((pool[at + 6] ?? 0) & 0x0f) | 0x70;
  pool[at + 8] = ((pool[at + 8] ?? 0) & 0x3f) | 0x80;
  return readUuid(pool, at);
}

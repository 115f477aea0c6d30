/** Slots that one master has, `first` to `last`. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly url: string;
}

/** Knows which master has a channel. Only a cluster has more than one, and more than one slot. */
export interface Locator {
  readonly slots: number;
  slotOf(channel: string): number;
  /** All that is known now, in order: a slot may have no master. Rejects when nobody can tell. */
  locate(): Promise<readonly SlotRange[]>;
}

/** How many slots a Redis Cluster has. */
export const SLOTS = 16_384;

/** CRC-16/XMODEM, a byte at a time. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/**
 * The slot of a channel: by the CRC of what stands in its first `{…}`, if anything does, else of all of it (Redis Cluster
 * specification, "Key distribution model" and "Hash tags").
 */
export function slotOf(channel: string): number {
  const open = channel.indexOf('{');
  const close = open === -1 ? -1 : channel.indexOf('}', open);
  const hashed = close > open + 1 ? channel.slice(open + 1, close) : channel;
  let crc = 0;
  for (let i = 0; i < hashed.length; i += 1) {
    const code = hashed.charCodeAt(i);
    if (code > 0x7f) return slotOfBytes(Buffer.from(hashed));
    crc = add(crc, code);
  }
  return crc % SLOTS;
}

/** Channels are ASCII, unless the ids of users are not. */
function slotOfBytes(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) crc = add(crc, byte);
  return crc % SLOTS;
}

const add = (crc: number, byte: number): number =>
  ((crc << 8) & 0xffff) ^ (TABLE[(crc >> 8) ^ byte] ?? 0);

import { timingSafeEqual } from 'node:crypto';
import type { Signer } from '../lib/signer.ts';
import { readUuid, uuidText, writeUuid } from '../lib/uuid.ts';

/** Addresses whose mails become messages of one user in one conversation. */
export interface ReplyAddresses {
  make(conversationId: string, userId: string): string;
  /** What is in such an address, or in a header that has it; `undefined` when it is none of them. */
  read(to: string): ReplyAddress | undefined;
}

export interface ReplyAddress {
  readonly conversationId: string;
  isOf(userId: string): boolean;
}

/** A local part has 64 octets at most, and not every relay keeps its case (RFC 5321, sections 4.5.3.1.1 and 2.4). */
const ID_BYTES = 16;
const SIGNATURE_BYTES = 16;
/** Of 5 bits. */
const DIGITS = Math.ceil(((ID_BYTES + SIGNATURE_BYTES) * 8) / 5);
const RADIX = 32;

export function createReplyAddresses(signer: Signer, domain: string): ReplyAddresses {
  const sign = (conversationId: string, userId: string): Buffer =>
    Buffer.from(signer.sign(`reply\n${conversationId}\n${userId}`), 'base64url').subarray(
      0,
      SIGNATURE_BYTES,
    );
  const pattern = new RegExp(
    `(?<![^\\s<,;:"])reply\\+([0-9a-v]{${DIGITS}})@${domain.replaceAll('.', '\\.')}(?![\\w.-])`,
    'i',
  );
  return {
    make(conversationId, userId) {
      const bytes = Buffer.alloc(ID_BYTES + SIGNATURE_BYTES);
      sign(conversationId, userId).copy(bytes, writeUuid(bytes, 0, uuidText([conversationId]), 0));
      return `reply+${encode(bytes)}@${domain}`;
    },
    read(to) {
      const digits = pattern.exec(to)?.[1];
      if (digits === undefined) return undefined;
      const bytes = decode(digits.toLowerCase());
      const conversationId = readUuid(bytes, 0);
      const given = bytes.subarray(ID_BYTES);
      return {
        conversationId,
        isOf: (userId) => timingSafeEqual(given, sign(conversationId, userId)),
      };
    },
  };
}

const encode = (bytes: Buffer): string =>
  BigInt(`0x${bytes.toString('hex')}`)
    .toString(RADIX)
    .padStart(DIGITS, '0');

/** What is beyond the bytes is cut off: then the signature is wrong. */
function decode(digits: string): Buffer {
  let value = 0n;
  for (const digit of digits) value = value * BigInt(RADIX) + BigInt(Number.parseInt(digit, RADIX));
  const size = ID_BYTES + SIGNATURE_BYTES;
  return Buffer.from(
    BigInt.asUintN(size * 8, value)
      .toString(16)
      .padStart(size * 2, '0'),
    'hex',
  );
}

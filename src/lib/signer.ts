import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Signer {
  /** HMAC-SHA256 in base64url: 43 characters. */
  sign(text: string): string;
  /** Takes as long whether or not it is right. */
  isSigned(text: string, signature: string): boolean;
}

export function createSigner(secret: Buffer): Signer {
  const digest = (text: string): Buffer => createHmac('sha256', secret).update(text).digest();
  return {
    sign: (text) => digest(text).toString('base64url'),
    isSigned(text, signature) {
      const given = Buffer.from(signature, 'base64url');
      const right = digest(text);
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}

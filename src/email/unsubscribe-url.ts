import type { Signer } from '../lib/signer.ts';

const signed = (userId: string): string => `unsubscribe\n${userId}`;

/**
 * Where a user says that they want no more e-mails: good for ever, as the e-mails it is in, and without a log-in (RFC 8058, section 3.1).
 *
 * @param publicUrl without a slash at the end
 * @param language of its page
 */
export function unsubscribeUrl(
  signer: Signer,
  publicUrl: string,
  userId: string,
  language: string,
): string {
  const signature = signer.sign(signed(userId));
  const query = new URLSearchParams({ user: userId, signature, lang: language });
  return `${publicUrl}/unsubscribe?${query.toString()}`;
}

export const isUnsubscribe = (signer: Signer, userId: string, signature: string): boolean =>
  signer.isSigned(signed(userId), signature);

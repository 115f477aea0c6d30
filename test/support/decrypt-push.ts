import { createDecipheriv, createECDH, hkdfSync } from 'node:crypto';

/** What a browser has of a subscription (RFC 8291, section 3.1). */
export interface SubscriptionKeys {
  readonly privateKey: Buffer;
  readonly auth: Buffer;
}

const TAG = 16;

/** The content of a push message in `aes128gcm` (RFC 8188), by the keys of RFC 8291. @throws when it is not for this subscription, or not as it should be */
export function decryptPush(body: Buffer, { privateKey, auth }: SubscriptionKeys): Buffer {
  // RFC 8188, section 2.1: salt, the size of records, the length of the key's name, the name.
  const salt = body.subarray(0, 16);
  const recordSize = body.readUInt32BE(16);
  const senderKey = body.subarray(21, 21 + body.readUInt8(20));
  const record = body.subarray(21 + senderKey.length);
  if (senderKey.length !== 65) throw new Error("the sender's key must be an uncompressed point");
  // RFC 8291, section 4: one record, and no more.
  if (record.length > recordSize || recordSize < 18) throw new Error('it must be one record');

  const curve = createECDH('prime256v1');
  curve.setPrivateKey(privateKey);
  // RFC 8291, section 3.4.
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), curve.getPublicKey(), senderKey]);
  const secret = Buffer.from(hkdfSync('sha256', curve.computeSecret(senderKey), auth, info, 32));
  // RFC 8188, sections 2.2 and 2.3; the number of the first record is 0.
  const derive = (name: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${name}\0`, length));
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(record.subarray(-TAG));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -TAG)), decipher.final()]);
  // RFC 8188, section 2: 2 ends the last record, and zeros behind it are padding.
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== 2) throw new Error('the record does not end as the last one');
  return padded.subarray(0, end);
}

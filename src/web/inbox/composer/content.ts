import { MAX_CONTENT_BYTES } from '../../../protocol/limits.ts';

const encoder = new TextEncoder();

/** What would be sent of what was written: docs/protocol.md says what content must be. */
export function toContent(text: string): string {
  return text.replaceAll('\0', '').trim().toWellFormed();
}

/** Bytes that content may still grow by; less than 0 when it is too long. */
export function bytesLeft(content: string): number {
  return MAX_CONTENT_BYTES - encoder.encode(content).length;
}

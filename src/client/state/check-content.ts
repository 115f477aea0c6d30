import { ParleyError } from '../errors.ts';

const MAX_BYTES = 4096;

/** @throws {ParleyError} as the server would */
export function checkContent(content: string): void {
  if (!content.trim() || content.includes('\0') || !content.isWellFormed())
    throw new ParleyError('invalid_message', 'content must be text, and not blank');
  if (new TextEncoder().encode(content).length > MAX_BYTES)
    throw new ParleyError('message_too_large', `content must be at most ${MAX_BYTES} bytes`);
}

import { z } from 'zod';
import { MAX_CLIENT_MESSAGE_ID_LENGTH, MAX_CONTENT_BYTES } from './limits.ts';

/**
 * Any UUID in its 8-4-4-4-12 form (RFC 9562, section 4), whatever its version: user ids come from the marketplace.
 * Compared in lower case.
 */
export const uuid = z.guid({ error: 'must be a UUID' }).toLowerCase();

/** RFC 3339, UTC, with milliseconds: `2026-01-01T12:00:00.000Z`. */
export const timestamp = z.iso.datetime({ precision: 3 });

/** A conversation's change number: 1, 2, 3 … with no holes. */
export const seq = z.int().positive();

// PostgreSQL's text can hold neither U+0000 nor half of a surrogate pair.
const isStorable = (text: string) => !text.includes('\0') && text.isWellFormed();

/** Marks the issue that has an error code of its own, see `parse.ts`. */
export const TOO_LARGE = 'too_large';

const CONTENT_RULE =
  'must be 1 to 4096 bytes of text, not blank, without U+0000 or lone surrogates';

// One check instead of four: every message goes through it.
export const content = z
  .string({ error: CONTENT_RULE })
  .check(({ value, issues }) => {
    if (value.trim() === '' || !isStorable(value))
      issues.push({ code: 'custom', input: value, message: CONTENT_RULE });
    else if (Buffer.byteLength(value) > MAX_CONTENT_BYTES)
      issues.push({ code: 'custom', input: value, params: { kind: TOO_LARGE } });
  })
  .meta({
    // For the published schema, and first, as its hash has it.
    minLength: 1,
    description: `1 to ${MAX_CONTENT_BYTES} bytes of UTF-8, not blank, without U+0000 or lone surrogates.`,
    maxLength: MAX_CONTENT_BYTES,
    pattern: '\\S',
  });

const CLIENT_MESSAGE_ID_RULE = `must be 1 to ${MAX_CLIENT_MESSAGE_ID_LENGTH} characters, without U+0000 or lone surrogates`;

export const clientMessageId = z
  .string({ error: CLIENT_MESSAGE_ID_RULE })
  .min(1, { error: CLIENT_MESSAGE_ID_RULE })
  .max(MAX_CLIENT_MESSAGE_ID_LENGTH, { error: CLIENT_MESSAGE_ID_RULE })
  .refine(isStorable, { error: CLIENT_MESSAGE_ID_RULE })
  .meta({
    description:
      'Chosen by the sender, unique per sender and conversation, for ever: makes a retry safe.',
  });

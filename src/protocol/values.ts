import { z } from 'zod';
import { normalizeEmoji } from './emoji.ts';
import { MAX_ATTACHMENTS, MAX_CLIENT_MESSAGE_ID_LENGTH, MAX_CONTENT_BYTES } from './limits.ts';

/**
 * Any UUID in its 8-4-4-4-12 form (RFC 9562, section 4), whatever its version: user ids come from the marketplace.
 * Compared in lower case.
 */
export const uuid = z.guid({ error: 'must be a UUID' }).toLowerCase();

/** RFC 3339, UTC, with milliseconds: `2026-01-01T12:00:00.000Z`. */
export const timestamp = z.iso.datetime({ precision: 3 });

/** When somebody was last here. */
export const lastSeenAt = timestamp.nullable().meta({
  description: 'When the user was last here; null when that is not known or not shown.',
});

/** A conversation's change number: 1, 2, 3 … with no holes. */
export const seq = z.int().positive();

// PostgreSQL's text can hold neither U+0000 nor half of a surrogate pair.
const isStorable = (text: string) => !text.includes('\0') && text.isWellFormed();

/** Marks the issue that has an error code of its own, see `parse.ts`. */
export const TOO_LARGE = 'too_large';

const CONTENT_RULE =
  'must be 1 to 4096 bytes of text, not blank, without U+0000 or lone surrogates';

// One check instead of four: every message goes through it.
const textOf = (isEmptyToo: boolean) =>
  z.string({ error: CONTENT_RULE }).check(({ value, issues }) => {
    const isBlank = value.trim() === '' && !(isEmptyToo && value === '');
    if (isBlank || !isStorable(value))
      issues.push({ code: 'custom', input: value, message: CONTENT_RULE });
    else if (Buffer.byteLength(value) > MAX_CONTENT_BYTES)
      issues.push({ code: 'custom', input: value, params: { kind: TOO_LARGE } });
  });

export const content = textOf(false).meta({
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

const FILES_RULE = `must be 1 to ${MAX_ATTACHMENTS} different ids of attachments`;

/** What is sent: text, files, or both. */
export const messageFields = {
  content: textOf(true)
    .default('')
    .meta({
      description: `1 to ${MAX_CONTENT_BYTES} bytes of UTF-8, not blank, without U+0000 or lone surrogates; empty only with attachments.`,
      maxLength: MAX_CONTENT_BYTES,
    }),
  clientMessageId: clientMessageId.optional(),
  attachmentIds: z
    .array(uuid, { error: FILES_RULE })
    .min(1, { error: FILES_RULE })
    .max(MAX_ATTACHMENTS, { error: FILES_RULE })
    .refine((ids) => new Set(ids).size === ids.length, { error: FILES_RULE })
    .meta({ minItems: 1, maxItems: MAX_ATTACHMENTS, uniqueItems: true })
    .optional(),
};

/** Either there is text or there are files. */
export const saysSomething: z.core.CheckFn<{ content: string; attachmentIds?: unknown }> = ({
  value,
  issues,
}) => {
  if (value.content === '' && value.attachmentIds === undefined)
    issues.push({ code: 'custom', input: value, path: ['content'], message: CONTENT_RULE });
};

/** What a message has to say: nothing when it was deleted, or is all files. */
export const shownContent = z.string().meta({
  description: `At most ${MAX_CONTENT_BYTES} bytes of UTF-8. Empty when the message was deleted, or has attachments and no text.`,
});

const EMOJI_RULE = 'must be a single emoji';

/** One grapheme, in the form that Unicode recommends: with U+FE0F where text would be shown without it. */
export const emoji = z
  .string({ error: EMOJI_RULE })
  .transform((text, { issues }) => {
    const normal = normalizeEmoji(text);
    if (normal === undefined) issues.push({ code: 'custom', input: text, message: EMOJI_RULE });
    return normal ?? text;
  })
  .meta({
    type: 'string',
    minLength: 1,
    maxLength: 64,
    description: 'A single emoji: one grapheme.',
  });

import { z } from 'zod';

const TO_RULE = 'must be the address that the mail is for';
const ID_RULE = "must be the mail's Message-ID: 1 to 998 characters";
const TEXT_RULE = "must be the mail's text, without lone surrogates";

/** A mail that answers one of ours, as whoever receives the operator's mail hands it on. */
export const emailReplyBody = z.object({
  to: z.string({ error: TO_RULE }).max(4_096, { error: TO_RULE }).meta({
    description: 'The address `reply+…` that the mail was sent to, or a header that has it.',
  }),
  messageId: z
    .string({ error: ID_RULE })
    .trim()
    .min(1, { error: ID_RULE })
    .max(998, { error: ID_RULE })
    .meta({ description: 'Its `Message-ID`: a mail that is handed on again is stored once.' }),
  text: z
    .string({ error: TEXT_RULE })
    .refine((text) => text.isWellFormed(), { error: TEXT_RULE })
    .meta({
      description: 'Its text. What it quotes of our mail, and its signature, are cut off.',
    }),
});

export type EmailReply = z.infer<typeof emailReplyBody>;

import type { Operations } from './operations.ts';
import { sentMessage } from './rest.ts';
import { emailReplyBody } from './rest-email.ts';

/** What comes back from e-mails. */
export const emailOperations: Operations = {
  '/api/email-replies': {
    post: {
      id: 'receiveEmailReply',
      summary: 'Hand on a mail that answers one of ours: its text becomes a message.',
      isSignedWebhook: true,
      body: emailReplyBody,
      answers: {
        201: ['Stored.', sentMessage],
        200: ['This mail was stored before: the original message.', sentMessage],
      },
      errors: [400, 403, 409, 413, 415, 429, 503],
    },
  },
};

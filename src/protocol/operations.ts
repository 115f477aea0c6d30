import type { z } from 'zod';
import { conversation } from './resources.ts';
import {
  attachmentPath,
  conversationPage,
  conversationPath,
  createAttachmentBody,
  createConversationBody,
  createdAttachment,
  historyQuery,
  listQuery,
  editMessageBody,
  finishedAttachment,
  markReadBody,
  messagePage,
  messagePath,
  noBody,
  reactionPath,
  readState,
  sendMessageBody,
  sentMessage,
} from './rest.ts';

/** What a client can ask for over REST: `openapi.ts` makes the document of it. */
export interface Operation {
  readonly id: string;
  readonly summary: string;
  /** By Standard Webhooks' headers, in place of a token. */
  readonly isSignedWebhook?: true;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** What is said without a body has no schema. */
  readonly answers: Readonly<Record<number, readonly [string, z.ZodType?]>>;
  readonly errors: readonly number[];
}

/** By the path, and by the method. */
export type Operations = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** What may be wrong with a request that has a body. */
export const BODY_ERRORS = [400, 401, 413, 415, 429, 503];

export const chatOperations: Operations = {
  '/api/conversations': {
    post: {
      id: 'createConversation',
      summary: 'Start a conversation about a listing; the caller is the buyer.',
      body: createConversationBody,
      answers: { 201: ['Created.', conversation], 200: ['It was there before.', conversation] },
      errors: [...BODY_ERRORS, 409, 422],
    },
    get: {
      id: 'listConversations',
      summary: "The caller's conversations, newest activity first.",
      query: listQuery,
      answers: { 200: ['One page.', conversationPage] },
      errors: [400, 401, 429, 503],
    },
  },
  '/api/conversations/{id}': {
    get: {
      id: 'getConversation',
      summary: 'One conversation.',
      path: conversationPath,
      answers: { 200: ['As the caller sees it.', conversation] },
      errors: [400, 401, 403, 429, 503],
    },
  },
  '/api/conversations/{id}/messages': {
    get: {
      id: 'listMessages',
      summary: 'The history, newest first.',
      path: conversationPath,
      query: historyQuery,
      answers: { 200: ['One page.', messagePage] },
      errors: [400, 401, 403, 429, 503],
    },
    post: {
      id: 'sendMessage',
      summary: 'Send without a socket.',
      path: conversationPath,
      body: sendMessageBody,
      answers: {
        201: ['Stored.', sentMessage],
        200: ['This clientMessageId was stored before: the original message.', sentMessage],
      },
      errors: [...BODY_ERRORS, 403, 409],
    },
  },
  '/api/conversations/{id}/messages/{messageId}': {
    patch: {
      id: 'editMessage',
      summary: "Change one's own message.",
      path: messagePath,
      body: editMessageBody,
      answers: { 200: ['As it is now.', sentMessage] },
      errors: [...BODY_ERRORS, 403, 409],
    },
    delete: {
      id: 'deleteMessage',
      summary: "Delete one's own message: a tombstone stays.",
      path: messagePath,
      answers: { 200: ['What is left of it.', sentMessage] },
      errors: [400, 401, 403, 429, 503],
    },
  },
  '/api/conversations/{id}/messages/{messageId}/reactions/{emoji}': {
    put: {
      id: 'addReaction',
      summary: 'React to a message.',
      path: reactionPath,
      answers: { 200: ['The message as it is now.', sentMessage] },
      errors: [400, 401, 403, 409, 429, 503],
    },
    delete: {
      id: 'removeReaction',
      summary: 'Take a reaction back.',
      path: reactionPath,
      answers: { 200: ['The message as it is now.', sentMessage] },
      errors: [400, 401, 403, 429, 503],
    },
  },
  '/api/conversations/{id}/attachments': {
    post: {
      id: 'announceAttachment',
      summary: 'Announce a file; its bytes are then PUT to the URL in the answer.',
      path: conversationPath,
      body: createAttachmentBody,
      answers: { 201: ['Where the bytes go.', createdAttachment] },
      errors: [...BODY_ERRORS, 403, 409],
    },
  },
  '/api/conversations/{id}/attachments/{attachmentId}': {
    get: {
      id: 'getAttachment',
      summary: 'A file with fresh URLs.',
      path: attachmentPath,
      answers: { 200: ['As its message has it.', finishedAttachment] },
      errors: [400, 401, 403, 409, 429, 503],
    },
  },
  '/api/conversations/{id}/attachments/{attachmentId}/complete': {
    post: {
      id: 'completeAttachment',
      summary: 'Have an uploaded file looked at before it is sent.',
      path: attachmentPath,
      body: noBody,
      answers: { 200: ['It can be sent.', finishedAttachment] },
      errors: [...BODY_ERRORS, 409],
    },
  },
  '/api/conversations/{id}/read': {
    post: {
      id: 'markRead',
      summary: 'Mark every message of the other party up to one as read.',
      path: conversationPath,
      body: markReadBody,
      answers: { 200: ['What is unread now.', readState] },
      errors: [...BODY_ERRORS, 403],
    },
  },
};

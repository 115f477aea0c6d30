import type { z } from 'zod';
import { jsonSchema } from './json-schema.ts';
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
  problem,
  reactionPath,
  readState,
  sendMessageBody,
  sentMessage,
} from './rest.ts';
import { PROTOCOL_VERSION } from './version.ts';

interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, readonly [string, z.ZodType]>>;
  readonly errors: readonly number[];
}

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'A field or parameter is wrong; `detail` names it.',
  401: 'The token is missing, wrong or expired.',
  403: 'Not a party, or no such conversation: one answer for both.',
  409: 'In conflict with what is stored.',
  413: 'The content is above 4096 bytes, the body above 32 KiB, or the file above the limit.',
  415: 'The content type is not `application/json`.',
  422: 'Buyer and seller are the same.',
  429: 'Too many requests, messages, new conversations or files: retry after `retryAfterMs`.',
  503: 'Temporarily unavailable: retry.',
};

const BODY_ERRORS = [400, 401, 413, 415, 429, 503];

const paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
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

/** The REST API as OpenAPI 3.1, derived from the schemas that check it. */
export function openApiDocument(): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: PROTOCOL_VERSION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ bearer: [] }],
    paths: mapValues(paths, (methods) => mapValues(methods, describe)),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Problem: jsonSchema(problem, 'output') },
    },
  };
}

const describe = (operation: Operation) => ({
  operationId: operation.id,
  summary: operation.summary,
  parameters: [...parameters(operation.path, 'path'), ...parameters(operation.query, 'query')],
  ...(operation.body === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: jsonSchema(operation.body, 'input') } },
        },
      }),
  responses: {
    ...mapValues(operation.answers, ([description, schema]) => ({
      description,
      content: { 'application/json': { schema: jsonSchema(schema, 'output') } },
    })),
    ...Object.fromEntries(operation.errors.map((status) => [status, problemResponse(status)])),
  },
});

const problemResponse = (status: number) => ({
  description: PROBLEMS[status],
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

function parameters(schema: z.ZodObject | undefined, place: 'path' | 'query') {
  if (schema === undefined) return [];
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: jsonSchema(field as z.ZodType, 'input'),
  }));
}

const mapValues = <T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T) => U,
): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

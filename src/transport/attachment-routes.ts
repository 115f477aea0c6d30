import type { Attachments } from '../attachments/attachments.ts';
import type { Opened } from '../attachments/open.ts';
import type { Variant } from '../attachments/urls.ts';
import type { CreatedAttachment, FinishedAttachment } from '../protocol/rest.ts';
import { attachmentPath, conversationPath, createAttachmentBody } from '../protocol/rest.ts';
import { check } from './check.ts';
import type { Route } from './http.ts';
import { type Reply, empty, json } from './reply.ts';

/** The files of messages: announced, uploaded and looked at by their senders, and shown to both parties. */
export const attachmentRoutes = (attachments: Attachments): Route[] => [
  {
    method: 'POST',
    path: '/api/conversations/:id/attachments',
    access: 'user',
    async handle({ params, body }, { userId }) {
      const { id } = check(conversationPath, params);
      const file = check(createAttachmentBody, body);
      return json(201, (await attachments.announce(id, userId, file)) satisfies CreatedAttachment);
    },
  },
  {
    method: 'POST',
    path: '/api/conversations/:id/attachments/:attachmentId/complete',
    access: 'user',
    async handle({ params }, { userId }) {
      const { id: conversationId, attachmentId } = check(attachmentPath, params);
      const [attachment] = await attachments.finish(conversationId, userId, [attachmentId]);
      if (attachment === undefined) throw new Error('a finished attachment is missing');
      return json(200, { conversationId, attachment } satisfies FinishedAttachment);
    },
  },
  {
    method: 'GET',
    path: '/api/conversations/:id/attachments/:attachmentId',
    access: 'user',
    async handle({ params }, { userId }) {
      const { id: conversationId, attachmentId } = check(attachmentPath, params);
      const attachment = await attachments.get(conversationId, userId, attachmentId);
      return json(200, { conversationId, attachment } satisfies FinishedAttachment);
    },
  },
  {
    method: 'PUT',
    path: '/api/attachments/:id/:attachmentId',
    access: 'signed',
    async handle({ params, query, body, contentLength }) {
      const { id, attachmentId } = check(attachmentPath, params);
      const { expires = '', signature = '' } = query;
      await attachments.receive(id, attachmentId, expires, signature, body, contentLength);
      return empty;
    },
  },
  ...(['original', 'thumbnail'] as const).map((variant): Route => download(attachments, variant)),
];

const download = (attachments: Attachments, variant: Variant): Route => ({
  method: 'GET',
  path: `/api/attachments/:id/:attachmentId/${variant}`,
  access: 'signed',
  async handle({ params, query, ifNoneMatch }) {
    const { id, attachmentId } = check(attachmentPath, params);
    const { expires = '', signature = '' } = query;
    const opened = await attachments.open(id, attachmentId, variant, expires, signature);
    // What is behind it never changes.
    return toReply(opened, `"${attachmentId}-${variant}"`, ifNoneMatch);
  },
});

/** Whoever has the URL may show it on any page; what it is cannot do anything there. */
const HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Referrer-Policy': 'no-referrer',
};

function toReply(opened: Opened, tag: string, ifNoneMatch: string): Reply {
  if (opened.kind === 'redirect') {
    const headers = { ...HEADERS, 'Cache-Control': 'no-store', Location: opened.url };
    return { ...empty, status: 302, headers };
  }
  const { stream, size, contentType, disposition } = opened;
  const headers = {
    ...HEADERS,
    // It is asked again whether the message is still there.
    'Cache-Control': 'private, no-cache',
    'Content-Disposition': disposition,
    ETag: tag,
  };
  if (ifNoneMatch.includes(tag)) {
    stream.destroy();
    return { ...empty, status: 304, headers };
  }
  return { status: 200, type: contentType, body: { stream, size }, headers };
}

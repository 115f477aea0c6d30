import type { CreateConversation } from '../conversations/create.ts';
import type { GetConversation } from '../conversations/get.ts';
import type { ListConversations } from '../conversations/list.ts';
import type { ReadHistory } from '../messages/history.ts';
import type { ChangeMessage } from '../messages/change-message.ts';
import type { MarkRead } from '../messages/mark-read.ts';
import type { MessageChanges } from '../messages/message-changes.ts';
import type { SendMessage } from '../messages/send.ts';
import type { ReadState, SentMessage } from '../protocol/rest.ts';
import {
  conversationPath,
  createConversationBody,
  historyQuery,
  listQuery,
  editMessageBody,
  markReadBody,
  messagePath,
  reactionPath,
  sendMessageBody,
} from '../protocol/rest.ts';
import { check } from './check.ts';
import type { Request, Route } from './http.ts';
import { type Reply, json } from './reply.ts';

export interface ApiParts extends MessageChanges {
  readonly createConversation: CreateConversation;
  readonly listConversations: ListConversations;
  readonly getConversation: GetConversation;
  readonly readHistory: ReadHistory;
  readonly sendMessage: SendMessage;
  readonly markRead: MarkRead;
}

/** The REST endpoints of docs/protocol.md. The caller of `POST /api/conversations` is the buyer. */
export const apiRoutes = (parts: ApiParts): Route[] => [
  {
    method: 'POST',
    path: '/api/conversations',
    access: 'user',
    async handle({ body }, { userId }) {
      const input = check(createConversationBody, body);
      const { conversation, created } = await parts.createConversation({
        ...input,
        buyerId: userId,
      });
      return json(created ? 201 : 200, conversation);
    },
  },
  {
    method: 'GET',
    path: '/api/conversations',
    access: 'user',
    async handle({ query }, { userId }) {
      return json(200, await parts.listConversations(userId, check(listQuery, query)));
    },
  },
  {
    method: 'GET',
    path: '/api/conversations/:id',
    access: 'user',
    async handle(request, { userId }) {
      return json(200, await parts.getConversation(idOf(request), userId));
    },
  },
  {
    method: 'GET',
    path: '/api/conversations/:id/messages',
    access: 'user',
    async handle(request, { userId }) {
      const query = check(historyQuery, request.query);
      return json(200, await parts.readHistory(idOf(request), userId, query));
    },
  },
  {
    method: 'POST',
    path: '/api/conversations/:id/messages',
    access: 'user',
    isSend: true,
    async handle(request, { userId }) {
      const conversationId = idOf(request);
      const { content, clientMessageId, attachmentIds } = check(sendMessageBody, request.body);
      const { message, repeated } = await parts.sendMessage({
        conversationId,
        senderId: userId,
        content,
        clientMessageId,
        attachmentIds,
        traceparent: request.traceparent,
      });
      return json(repeated ? 200 : 201, { conversationId, message } satisfies SentMessage);
    },
  },
  {
    method: 'POST',
    path: '/api/conversations/:id/read',
    access: 'user',
    async handle(request, { userId }) {
      const conversationId = idOf(request);
      const { messageId } = check(markReadBody, request.body);
      const { unreadCount } = await parts.markRead({ conversationId, readerId: userId, messageId });
      return json(200, { conversationId, messageId, unreadCount } satisfies ReadState);
    },
  },
  {
    method: 'PATCH',
    path: '/api/conversations/:id/messages/:messageId',
    access: 'user',
    isSend: true,
    handle(request, { userId }) {
      const { id, messageId } = check(messagePath, request.params);
      const { content } = check(editMessageBody, request.body);
      return changed(parts.editMessage, id, userId, messageId, content);
    },
  },
  {
    method: 'DELETE',
    path: '/api/conversations/:id/messages/:messageId',
    access: 'user',
    isSend: true,
    handle({ params }, { userId }) {
      const { id, messageId } = check(messagePath, params);
      return changed(parts.deleteMessage, id, userId, messageId);
    },
  },
  {
    method: 'PUT',
    path: '/api/conversations/:id/messages/:messageId/reactions/:emoji',
    access: 'user',
    isSend: true,
    handle({ params }, { userId }) {
      const { id, messageId, emoji } = check(reactionPath, params);
      return changed(parts.addReaction, id, userId, messageId, emoji);
    },
  },
  {
    method: 'DELETE',
    path: '/api/conversations/:id/messages/:messageId/reactions/:emoji',
    access: 'user',
    isSend: true,
    handle({ params }, { userId }) {
      const { id, messageId, emoji } = check(reactionPath, params);
      return changed(parts.removeReaction, id, userId, messageId, emoji);
    },
  },
];

async function changed(
  change: ChangeMessage,
  conversationId: string,
  userId: string,
  messageId: string,
  value?: string,
): Promise<Reply> {
  const { message } = await change({ conversationId, userId, messageId, value });
  return json(200, { conversationId, message } satisfies SentMessage);
}

const idOf = ({ params }: Request): string => check(conversationPath, params).id;

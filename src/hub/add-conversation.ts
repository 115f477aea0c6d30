import { setTimeout as sleep } from 'node:timers/promises';
import type { GetConversation } from '../conversations/get.ts';
import { isOutage } from '../db/sql-state.ts';
import type { Logger } from '../lib/logger.ts';
import type { ReadChanges } from '../messages/changes.ts';
import { frame, now } from '../messages/frames.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { ServedConversations } from './conversations.ts';
import type { Position } from './socket.ts';
import type { LocalUser, News } from './users.ts';

export interface AddParts {
  readonly served: ServedConversations;
  readonly readChanges: ReadChanges;
  readonly getConversation: GetConversation;
  readonly isHere: (user: LocalUser) => boolean;
  readonly deliver: (user: LocalUser, frame: Uint8Array, position?: Position) => void;
  readonly onAdded: (user: LocalUser, conversationId: string) => void;
  readonly logger: Logger;
}

/** How far a conversation that is being added has been delivered; `undefined` before the user was told of it. */
interface Progress {
  seq: number | undefined;
}

/** Between two attempts to add a conversation, in milliseconds. */
const RETRY_MS = 1_000;
/**
 * Tries until it is done or the user has left: meanwhile there is no newer cursor, and nobody resumes past it. Goes on
 * from where it was.
 */
export async function addConversation(
  user: LocalUser,
  news: News,
  id: string,
  parts: AddParts,
): Promise<void> {
  const progress: Progress = { seq: undefined };
  for (;;) {
    try {
      await tryToAdd(user, news, id, progress, parts);
      return;
    } catch (error) {
      if (!parts.isHere(user)) return;
      parts.served.leaveOne(user, id);
      // Each second, of each of them; of an outage the sweep tells, once.
      parts.logger[isOutage(error) ? 'debug' : 'warn'](
        { err: error, conversationId: id },
        'a new conversation was not added',
      );
      // Not one of the user's: there is nothing to add.
      if (error instanceof ProtocolError && error.code === 'not_authorized') return;
    }
    await sleep(RETRY_MS, undefined, { ref: false });
  }
}

/** Nothing of it may be missed: it is delivered from its first change on. */
async function tryToAdd(
  user: LocalUser,
  news: News,
  id: string,
  progress: Progress,
  parts: AddParts,
): Promise<void> {
  const { served, isHere, deliver } = parts;
  await user.loading;
  if (!isHere(user) || served.has(user, id)) return;
  const conversation = await parts.getConversation(id, user.id);
  if (!isHere(user)) return;
  const isBuyer = conversation.buyerId === user.id;
  const otherId = isBuyer ? conversation.sellerId : conversation.buyerId;
  await served.open([[user, [{ id, isBuyer, otherId }]]]);
  if (!isHere(user)) return;
  if (progress.seq === undefined) {
    news.added.add(id);
    const text = frame({ type: 'conversation_created', conversation, timestamp: now() });
    deliver(user, Buffer.from(text));
    progress.seq = 0;
  }
  // The feed goes on meanwhile: once there is nothing between, the user joins in the same turn.
  while (progress.seq < served.seq(id)) {
    const changes = await parts.readChanges(id, progress.seq, served.seq(id));
    if (!isHere(user)) return;
    for (const change of changes)
      deliver(user, change.frame, { conversationId: id, seq: change.seq });
    progress.seq = changes.at(-1)?.seq ?? served.seq(id);
  }
  served.joinOne(user, id);
  parts.onAdded(user, id);
}

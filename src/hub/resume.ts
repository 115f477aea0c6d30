import type { ReadCreatedSince } from '../conversations/created-since.ts';
import { frame, now } from '../messages/frames.ts';
import type { MissedChange, ReadMissed } from '../messages/missed.ts';
import { MAX_REPLAY_CHANGES } from '../protocol/limits.ts';
import type { Conversation } from '../protocol/resources.ts';
import type { ServedConversations } from './conversations.ts';
import { decodeCursor } from './cursor.ts';
import type { Session } from './session.ts';
import type { LocalUser } from './users.ts';

export interface ResumeParts {
  readonly served: ServedConversations;
  readonly readMissed: ReadMissed;
  readonly readCreatedSince: ReadCreatedSince;
  /** The cursor of now. */
  readonly cursor: () => string;
  readonly onRead: (isComplete: boolean) => void;
}

/**
 * Sends `connected`, what PostgreSQL has since the cursor, what is delivered meanwhile, and `resumed`. A change that was
 * read and that the feed has not delivered yet is left to the feed, so that each comes once. Resolves when the session is
 * live or closed; rejects when PostgreSQL fails.
 */
export async function resume(
  session: Session,
  user: LocalUser,
  cursor: string,
  parts: ResumeParts,
): Promise<void> {
  // A conversation being added is delivered from its beginning, to those that are here when that starts.
  while (user.news !== undefined && user.news.adding.size > 0)
    await Promise.all(user.news.adding.values());
  const since = decodeCursor(cursor);
  session.startReplay(since === undefined ? parts.cursor() : cursor);
  const before = new Set(user.news?.added);
  /** Not one that was added since: it comes as a broadcast, from its beginning. */
  const isReplayed = (id: string): boolean =>
    parts.served.isMember(user, id) && (before.has(id) || user.news?.added.has(id) !== true);
  const missed = since === undefined ? undefined : await readMissed(user.id, since, parts);
  parts.onRead(missed !== undefined);

  const frames: Uint8Array[] = [];
  for (const conversation of missed?.created ?? []) {
    if (!isReplayed(conversation.id)) continue;
    const text = frame({ type: 'conversation_created', conversation, timestamp: now() });
    frames.push(Buffer.from(text));
  }
  const sentUpTo = new Map<string, number>();
  for (const { conversationId, seq, frame: bytes } of missed?.changes ?? []) {
    if (!isReplayed(conversationId) || seq > parts.served.seq(conversationId)) continue;
    frames.push(bytes);
    sentUpTo.set(conversationId, seq);
  }
  await session.replay(
    frames,
    ({ conversationId, seq }) => seq > (sentUpTo.get(conversationId) ?? 0),
    () => ({
      type: 'resumed',
      complete: missed !== undefined,
      cursor: parts.cursor(),
      timestamp: now(),
    }),
  );
}

/** @returns `undefined` when it is too much */
async function readMissed(
  userId: string,
  sinceMs: number,
  parts: ResumeParts,
): Promise<{ created: readonly Conversation[]; changes: readonly MissedChange[] } | undefined> {
  const missed = await parts.readMissed(userId, sinceMs);
  if (missed === undefined) return undefined;
  if (!missed.hasCreated) return { created: [], changes: missed.changes };
  const created = await parts.readCreatedSince(userId, new Date(sinceMs), MAX_REPLAY_CHANGES + 1);
  return created.length > MAX_REPLAY_CHANGES ? undefined : { created, changes: missed.changes };
}

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
  while (user.adding.size > 0) await Promise.allSettled(user.adding);
  const since = decodeCursor(cursor);
  session.startReplay(since === undefined ? parts.cursor() : cursor);
  const isMember = (id: string) => parts.served.get(id)?.members.has(user.id) ?? false;
  const members = new Set([...user.conversations].filter(isMember));
  const missed =
    since === undefined ? undefined : await readMissed(user.id, new Date(since), parts);
  parts.onRead(missed !== undefined);

  const frames: Uint8Array[] = [];
  for (const conversation of missed?.created ?? []) {
    if (!members.has(conversation.id)) continue;
    const text = frame({ type: 'conversation_created', conversation, timestamp: now() });
    frames.push(Buffer.from(text));
  }
  const sentUpTo = new Map<string, number>();
  for (const { conversationId, seq, frame: bytes } of missed?.changes ?? []) {
    const delivered = parts.served.get(conversationId)?.feed.seq ?? 0;
    if (!members.has(conversationId) || seq > delivered) continue;
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
  since: Date,
  parts: ResumeParts,
): Promise<{ created: Conversation[]; changes: MissedChange[] } | undefined> {
  const [created, changes] = await Promise.all([
    parts.readCreatedSince(userId, since, MAX_REPLAY_CHANGES + 1),
    parts.readMissed(userId, since, MAX_REPLAY_CHANGES),
  ]);
  if (changes === undefined || created.length > MAX_REPLAY_CHANGES) return undefined;
  return { created, changes };
}

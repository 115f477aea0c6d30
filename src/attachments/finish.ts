import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Database } from '../db/pool.ts';
import { attachments } from '../db/schema.ts';
import { createLanes } from '../lib/lanes.ts';
import type { Logger } from '../lib/logger.ts';
import { createQueues } from '../lib/queues.ts';
import { ProtocolError, conflict, invalidMessage } from '../protocol/errors.ts';
import type { Attachment } from '../protocol/resources.ts';
import { type AttachmentRow, findAttachment, isAttachment, toStored } from './attachment-row.ts';
import type { Examine, Finding } from './examine.ts';
import type { Guard } from './guard.ts';
import { prefixOf, uploadKey } from './keys.ts';
import type { ObjectStore } from './object-store.ts';
import { UNSENT_MS } from './sweep-unsent.ts';
import type { AttachmentUrls } from './urls.ts';

/**
 * Looks at those that are not ready yet, one after the other, and answers all in the order asked for. Idempotent.
 *
 * Rejects with `invalid_message` when one is not the uploader's own, not of this conversation, or not what was announced; with
 * `conflict` when one is not uploaded yet, or was refused before.
 */
export type FinishAttachments = (
  conversationId: string,
  uploaderId: string,
  attachmentIds: readonly string[],
) => Promise<Attachment[]>;

/** What came of looking at a file. `unavailable`: it will be looked at again. */
export type FinishOutcome = 'ready' | 'refused' | 'harmful' | 'unavailable';

/** Nobody can finish what the sweeper is about to remove: what it lists then is all there will be. In milliseconds. */
const MAX_AGE_MS = UNSENT_MS - 60 * 60 * 1_000;

/** Files that a node looks at at once: each is on its disk meanwhile, and in its memory by some hundred KiB. */
const AT_ONCE = 4;

export interface FinishParts {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly show: AttachmentUrls;
  readonly examine: Examine;
  readonly guard: Guard;
  readonly onFinished: (outcome: FinishOutcome) => void;
  readonly logger: Logger;
}

export function createFinish(parts: FinishParts): FinishAttachments {
  const { database, show, guard, onFinished } = parts;
  const lanes = createLanes(AT_ONCE);
  // Nobody's pictures, which may take a minute each, keep all others waiting.
  const queue = createQueues();
  /** Whoever asks again while it is being looked at waits with the first. */
  const running = new Map<string, Promise<AttachmentRow>>();
  const finishOne = (row: AttachmentRow): Promise<AttachmentRow> => {
    const key = prefixOf(row);
    const known = running.get(key);
    if (known !== undefined) return known;
    const work = queue(row.uploaderId, () => lanes(() => guard(finish(parts, row))))
      .catch((error: unknown) => {
        if (error instanceof ProtocolError && error.code === 'unavailable')
          onFinished('unavailable');
        throw error;
      })
      .finally(() => running.delete(key));
    running.set(key, work);
    return work;
  };

  return async (conversationId, uploaderId, ids) => {
    const rows = await readOwn(database, conversationId, uploaderId, ids);
    const finished: Attachment[] = [];
    for (const row of rows) {
      const ready = row.state === 'announced' ? await finishOne(row) : row;
      if (ready.state === 'refused') throw conflict('the file was refused: announce another');
      finished.push(show(conversationId, toStored(ready)));
    }
    return finished;
  };
}

async function readOwn(
  { orm }: Database,
  conversationId: string,
  uploaderId: string,
  ids: readonly string[],
): Promise<AttachmentRow[]> {
  const rows = await orm
    .select()
    .from(attachments)
    .where(
      and(
        eq(attachments.conversationId, conversationId),
        inArray(attachments.id, [...ids]),
        eq(attachments.uploaderId, uploaderId),
        isNull(attachments.deletedAt),
      ),
    );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    if (row === undefined)
      throw invalidMessage('attachmentIds must be your own attachments of this conversation');
    return row;
  });
}

async function finish(
  { database, store, examine, onFinished, logger }: FinishParts,
  row: AttachmentRow,
): Promise<AttachmentRow> {
  // Another request may have finished it while this one waited for its turn.
  const current = await findAttachment(database, row);
  if (current?.state !== 'announced') return current ?? { ...row, state: 'refused' };
  if (Date.now() - row.createdAt.getTime() > MAX_AGE_MS)
    throw conflict('the file was announced too long ago: announce it again');
  const finding = await examine(row).catch(async (error: unknown) => {
    // Another node was faster, and has removed the upload under the hands of this one.
    const now = await findAttachment(database, row);
    if (now !== undefined && now.state !== 'announced') return now;
    throw error;
  });
  if ('state' in finding) return finding;
  const [ready] = await database.orm
    .update(attachments)
    .set(toColumns(finding))
    .where(and(isAttachment(row), eq(attachments.state, 'announced')))
    .returning();
  const remove = (keys: readonly string[]): Promise<void> =>
    // Nobody has to wait for it: the sweeper finds what stays.
    store.remove(keys).catch((err: unknown) => logger.warn({ err }, 'an upload stays for a day'));
  if (ready === undefined) {
    // Another node was faster.
    await remove(keysOf(finding));
    return (await findAttachment(database, row)) ?? { ...row, state: 'refused' };
  }
  await remove([uploadKey(row)]);
  onFinished(outcomeOf(finding));
  if (finding.kind === 'good') return ready;
  const { conversationId, id, uploaderId } = row;
  if (finding.virus !== undefined)
    logger.warn({ conversationId, id, uploaderId, virus: finding.virus }, 'an upload has a virus');
  throw invalidMessage(`the file ${finding.reason}`);
}

const outcomeOf = (finding: Finding): FinishOutcome => {
  if (finding.kind === 'good') return 'ready';
  return finding.virus === undefined ? 'refused' : 'harmful';
};

const toColumns = (finding: Finding): Partial<AttachmentRow> =>
  finding.kind === 'bad'
    ? { state: 'refused' }
    : {
        state: 'ready',
        contentType: finding.contentType,
        size: finding.size,
        objectKey: finding.objectKey,
        thumbnailKey: finding.picture?.thumbnailKey ?? null,
        width: finding.picture?.width ?? null,
        height: finding.picture?.height ?? null,
      };

const keysOf = (finding: Finding): string[] =>
  finding.kind === 'bad'
    ? []
    : [finding.objectKey, finding.picture?.thumbnailKey].filter((key) => key !== undefined);

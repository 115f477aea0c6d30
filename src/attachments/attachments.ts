import path from 'node:path';
import type { Database } from '../db/pool.ts';
import { openSigner } from '../db/shared-signer.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { conflict } from '../protocol/errors.ts';
import { type Announce, createAnnounce } from './announce.ts';
import { createExamine } from './examine.ts';
import { type FinishAttachments, type FinishOutcome, createFinish } from './finish.ts';
import { type GetAttachment, createGetAttachment } from './get.ts';
import { createGuard } from './guard.ts';
import { createImages } from './images.ts';
import { openLocalStore } from './local-store.ts';
import { noStore } from './no-store.ts';
import type { ObjectStore } from './object-store.ts';
import { type OpenAttachment, createOpenAttachment } from './open.ts';
import { type Receive, createReceive } from './receive.ts';
import { createScan } from './scan.ts';
import type { S3Store } from './s3-store.ts';
import type { AttachmentSettings, S3Settings } from './settings.ts';
import { UNSENT_MS } from './sweep-unsent.ts';
import { startSweeper } from './sweep.ts';
import { type AttachmentUrls, createUrls } from './urls.ts';
import { openWorkFolder } from './work-folder.ts';

/**
 * Files of messages. Ids are UUIDs in lower case. All reject with a `ProtocolError`, beside what they name `unavailable` when the object
 * store or the scanner is away or full, which the operator has been told of; or with what PostgreSQL rejects with.
 */
export interface Attachments {
  readonly announce: Announce;
  readonly receive: Receive;
  readonly finish: FinishAttachments;
  readonly get: GetAttachment;
  readonly open: OpenAttachment;
  /** For messages that are shown. */
  readonly urls: AttachmentUrls;
}

export interface AttachmentsParts {
  readonly settings: AttachmentSettings;
  /** Where development keeps its state: the objects' place when the settings name none. */
  readonly stateDir: string;
  /** How long what was deleted is kept for the operator, in days. */
  readonly deletedRetentionDays: number;
  readonly database: Database;
  /** Counts a file that this user announces: 0, or how long to wait, in milliseconds. */
  readonly admit: (userId: string) => Promise<number>;
  readonly logger: Logger;
  /** For metrics. */
  readonly observer?: AttachmentObserver;
}

export interface AttachmentObserver {
  /** A file was looked at. */
  readonly finished: (outcome: FinishOutcome) => void;
  /** The sweeper removed so many objects. */
  readonly swept: (objects: number) => void;
}

const UNOBSERVED: AttachmentObserver = { finished: () => undefined, swept: () => undefined };

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Opens the store, reads the secret that signs URLs, and begins to clean up.
 *
 * @throws {StartupError} when a directory can't be used; what PostgreSQL fails with
 */
export async function openAttachments(
  {
    settings,
    stateDir,
    deletedRetentionDays,
    database,
    admit,
    logger,
    observer = UNOBSERVED,
  }: AttachmentsParts,
  disposer: Disposer,
): Promise<Attachments> {
  const { store, workFolder } = await openStore(settings, stateDir, logger, disposer);
  const urls = createUrls(await openSigner(database, 'attachment_urls'));
  const guard = createGuard(logger);
  const examine = createExamine({
    store,
    workFolder,
    makeImage: createImages(disposer),
    scan: settings.clamd && createScan(settings.clamd),
  });
  const ages = {
    unsentMs: UNSENT_MS,
    leftoversMs: DAY_MS,
    deletedMs: deletedRetentionDays * DAY_MS,
    unfinishedMs: DAY_MS,
  };
  const swept = countRemoved(store, observer.swept);
  startSweeper({ database, store: swept, workFolder, ages, logger }, disposer);
  const common = { database, store, urls, guard };
  return {
    announce:
      store === noStore
        ? () => Promise.reject(conflict('no files can be sent here'))
        : createAnnounce({ ...common, maxBytes: settings.maxBytes, admit }),
    receive: createReceive(common),
    finish: createFinish({
      ...common,
      show: urls.show,
      examine,
      onFinished: observer.finished,
      logger,
    }),
    get: createGetAttachment(database, urls.show),
    open: createOpenAttachment(common),
    urls: urls.show,
  };
}

const countRemoved = (store: ObjectStore, onRemoved: (objects: number) => void): ObjectStore => ({
  ...store,
  async remove(keys) {
    await store.remove(keys);
    onRemoved(keys.length);
  },
});

interface OpenedStore {
  readonly store: ObjectStore;
  /** Where files are while they are looked at. */
  readonly workFolder: string;
}

async function openStore(
  { store: wanted }: AttachmentSettings,
  stateDir: string,
  logger: Logger,
  disposer: Disposer,
): Promise<OpenedStore> {
  if (wanted.kind === 's3') return openS3(wanted.s3, logger, disposer);
  const own = path.join(stateDir, 'attachments');
  if (wanted.kind === 'none') return openNone(own, logger);
  try {
    const store = await openLocalStore(wanted.dir ?? own);
    return { store, workFolder: store.incoming };
  } catch (error) {
    // Nobody has asked for files in so many words: chat goes on without.
    if (wanted.dir === undefined) return openNone(own, logger);
    throw error;
  }
}

function openNone(workFolder: string, logger: Logger): OpenedStore {
  logger.warn('no files can be sent: neither ATTACHMENTS_DIR nor S3_BUCKET is set');
  return { store: noStore, workFolder };
}

/** The SDK is loaded only where it is wanted. A store that is away does not keep the node from starting: chat goes on without files. */
async function openS3(
  settings: S3Settings,
  logger: Logger,
  disposer: Disposer,
): Promise<OpenedStore> {
  const { openS3Store } = await import('./s3-store.ts');
  const store = openS3Store(settings, logger);
  disposer.defer(() => store.close());
  void reportBucket(store, logger);
  return { store, workFolder: await openWorkFolder() };
}

async function reportBucket(store: S3Store, logger: Logger): Promise<void> {
  const why = await store.check();
  if (why !== undefined)
    logger.error({ reason: why }, 'the bucket of S3_BUCKET can not be used: no files until it can');
}

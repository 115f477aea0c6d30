import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  type Attachments,
  type AttachmentsParts,
  openAttachments,
} from '../../src/attachments/attachments.ts';
import type { AttachmentSettings } from '../../src/attachments/settings.ts';
import { type Database, openDatabase } from '../../src/db/pool.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { createDatabase } from './database.ts';
import { filesBelow } from './files-below.ts';
import { query } from './query.ts';
import type { Versitygw } from './versitygw.ts';

/** A conversation, by its ids. */
export interface Parties {
  readonly conversationId: string;
  readonly buyerId: string;
  readonly sellerId: string;
}

export interface StageOptions {
  /** The objects are there; else in a directory of the stage's own. */
  readonly s3?: Versitygw | undefined;
  readonly dir?: string;
  readonly settings?: Partial<AttachmentSettings>;
}

/** The attachments of one node over a database of their own, without its HTTP. */
export class Stage implements AsyncDisposable {
  readonly attachments: Attachments;
  readonly parts: AttachmentsParts;
  readonly databaseUrl: string;
  /** What the operator was told. */
  readonly log: string[];
  /** The files in the directory or the bucket. */
  readonly files: () => Promise<string[]>;
  readonly #disposer: Disposer;

  static async open({ s3, dir: own, settings }: StageOptions = {}): Promise<Stage> {
    const disposer = new Disposer();
    const log: string[] = [];
    const logger = createLogger('debug', { write: (line) => void log.push(line) });
    const dir = own ?? (await mkdtemp(path.join(tmpdir(), 'parley-attachments-')));
    if (own === undefined) disposer.defer(() => rm(dir, { recursive: true }));
    const databaseUrl = await createDatabase();
    const database: Database = await openDatabase(databaseUrl, logger, disposer);
    const parts = {
      settings: {
        store: s3 === undefined ? { kind: 'local', dir } : { kind: 's3', s3: s3.settings },
        maxBytes: 26_214_400,
        clamd: undefined,
        ...settings,
      } satisfies AttachmentSettings as AttachmentSettings,
      stateDir: dir,
      deletedRetentionDays: 30,
      database,
      admit: () => Promise.resolve(0),
      logger,
    };
    const attachments = await openAttachments(parts, disposer);
    const files = () => (s3 === undefined ? filesBelow(dir) : s3.files());
    return new Stage(attachments, parts, databaseUrl, log, files, disposer);
  }

  private constructor(
    attachments: Attachments,
    parts: AttachmentsParts,
    databaseUrl: string,
    log: string[],
    files: () => Promise<string[]>,
    disposer: Disposer,
  ) {
    this.attachments = attachments;
    this.parts = parts;
    this.databaseUrl = databaseUrl;
    this.log = log;
    this.files = files;
    this.#disposer = disposer;
  }

  async conversation(): Promise<Parties> {
    const parties = { conversationId: randomUUID(), buyerId: randomUUID(), sellerId: randomUUID() };
    await this.query(
      'INSERT INTO conversations (id, listing_id, buyer_id, seller_id) VALUES ($1, 1, $2, $3)',
      [parties.conversationId, parties.buyerId, parties.sellerId],
    );
    return parties;
  }

  query(text: string, values: unknown[] = []) {
    return query(this.databaseUrl, text, values);
  }

  /** Announces and uploads, as the buyer. @returns the attachment's id */
  async upload(
    parties: Parties,
    bytes: Buffer,
    contentType: string,
    name = 'a file',
  ): Promise<string> {
    const { attachment, upload } = await this.attachments.announce(
      parties.conversationId,
      parties.buyerId,
      { name, size: bytes.length, contentType },
    );
    if (upload.url.startsWith('http')) {
      const { status } = await fetch(upload.url, {
        method: 'PUT',
        body: bytes,
        headers: upload.headers,
      });
      if (status !== 200) throw new Error(`S3 answered ${status}`);
    } else await this.receive(upload.url, Readable.from([bytes]), bytes.length);
    return attachment.id;
  }

  /** As the route of the upload does it. */
  receive(url: string, source: Readable, declaredLength?: number): Promise<void> {
    const { conversationId, id, expires, signature } = split(url);
    return this.attachments.receive(conversationId, id, expires, signature, source, declaredLength);
  }

  /** As the route of the download does it. */
  open(url: string) {
    const { conversationId, id, variant, expires, signature } = split(url);
    const use = variant === 'thumbnail' ? 'thumbnail' : 'original';
    return this.attachments.open(conversationId, id, use, expires, signature);
  }

  /** What a client gets from there. */
  async download(url: string): Promise<{ bytes: Buffer; type: string; disposition: string }> {
    const opened = await this.open(url);
    if (opened.kind === 'stream') {
      const bytes = await buffer(opened.stream);
      return { bytes, type: opened.contentType, disposition: opened.disposition };
    }
    const response = await fetch(opened.url);
    return {
      bytes: Buffer.from(await response.arrayBuffer()),
      type: response.headers.get('content-type') ?? '',
      disposition: response.headers.get('content-disposition') ?? '',
    };
  }

  /** As if a message had been sent with it. */
  async send({ conversationId }: Parties, id: string): Promise<void> {
    await this.query(
      'UPDATE attachments SET message_id = $3 WHERE conversation_id = $1 AND id = $2',
      [conversationId, id, randomUUID()],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disposer[Symbol.asyncDispose]();
  }
}

function split(url: string) {
  const { pathname, searchParams } = new URL(url, 'http://node');
  const [conversationId = '', id = '', variant] = pathname.split('/').slice(3);
  const expires = searchParams.get('expires') ?? '';
  return { conversationId, id, variant, expires, signature: searchParams.get('signature') ?? '' };
}

import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { createUrls } from '../../src/attachments/urls.ts';
import { openSigner } from '../../src/db/shared-signer.ts';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { type Database, openDatabase, openPool } from '../../src/db/pool.ts';
import { type Jobs, openJobs } from '../../src/jobs/jobs.ts';
import { type Scan, startScan } from '../../src/jobs/scan.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { type MarkRead, createMarkRead } from '../../src/messages/mark-read.ts';
import { type MessageChanges, createMessageChanges } from '../../src/messages/message-changes.ts';
import { type ToMessage, createToMessage } from '../../src/messages/message-row.ts';
import { type SendMessage, createSendMessage } from '../../src/messages/send.ts';
import { createWriter } from '../../src/messages/writer.ts';
import type { HistoryMessage } from '../../src/protocol/resources.ts';
import type { Parties } from './attachments.ts';
import { createDatabase } from './database.ts';

export interface QuietConversation extends Parties {
  readonly listingId: number;
}

/** The chat's operations over a database of their own, with nobody connected. */
export class QuietChat implements AsyncDisposable {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly toMessage: ToMessage;
  readonly sendMessage: SendMessage;
  readonly markRead: MarkRead;
  readonly changes: MessageChanges;
  /** What the operator was told. */
  readonly log: string[] = [];
  readonly logger = createLogger('debug', { write: (line) => void this.log.push(line) });
  readonly #disposer: Disposer;
  #listings = 0;

  static async open(): Promise<QuietChat> {
    const disposer = new Disposer();
    const url = await createDatabase();
    const database = await openDatabase(url, createLogger('silent'), disposer);
    const toMessage = createToMessage(
      createUrls(await openSigner(database, 'attachment_urls')).show,
    );
    return new QuietChat(url, database, toMessage, disposer);
  }

  private constructor(url: string, database: Database, toMessage: ToMessage, disposer: Disposer) {
    const bus = createMemoryBus();
    const nothing = { batch: () => undefined, refused: () => undefined };
    const writer = createWriter(database.writePool, this.logger, nothing);
    const committed = { committed: () => undefined };
    this.databaseUrl = url;
    this.database = database;
    this.toMessage = toMessage;
    this.sendMessage = createSendMessage(
      writer,
      bus,
      toMessage,
      () => Promise.resolve(),
      committed,
    );
    this.markRead = createMarkRead(writer, bus);
    this.changes = createMessageChanges(writer, bus, toMessage, -1, () => 0);
    this.#disposer = disposer;
  }

  async conversation(): Promise<QuietConversation> {
    const listingId = (this.#listings += 1);
    const ids = { conversationId: randomUUID(), buyerId: randomUUID(), sellerId: randomUUID() };
    await this.query(
      'INSERT INTO conversations (id, listing_id, buyer_id, seller_id) VALUES ($1, $2, $3, $4)',
      [ids.conversationId, listingId, ids.buyerId, ids.sellerId],
    );
    return { ...ids, listingId };
  }

  async send(
    { conversationId }: Parties,
    senderId: string,
    content: string,
  ): Promise<HistoryMessage> {
    const input = { conversationId, senderId, content, clientMessageId: undefined };
    return (await this.sendMessage(input)).message;
  }

  async query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.database.pool.query<Record<string, unknown>>(text, values)).rows;
  }

  /** Somebody who does jobs, with connections of their own. */
  async worker(): Promise<Worker> {
    const disposer = new Disposer();
    const worker = await Worker.open(this, disposer);
    this.#disposer.defer(() => disposer[Symbol.asyncDispose]());
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disposer[Symbol.asyncDispose]();
  }
}

export class Worker {
  readonly pool: Pool;
  readonly jobs: Jobs;
  /** What queues stand on: released when all that was begun is done. */
  readonly resources: Disposer;
  readonly #disposer: Disposer;
  readonly #chat: QuietChat;

  static async open(chat: QuietChat, disposer: Disposer): Promise<Worker> {
    const pool = openPool({ url: chat.databaseUrl, max: 8 }, chat.logger, disposer);
    const resources = new Disposer();
    disposer.defer(() => resources[Symbol.asyncDispose]());
    const jobs = await openJobs(pool, chat.logger, disposer);
    return new Worker(chat, pool, jobs, resources, disposer);
  }

  private constructor(
    chat: QuietChat,
    pool: Pool,
    jobs: Jobs,
    resources: Disposer,
    disposer: Disposer,
  ) {
    this.#chat = chat;
    this.pool = pool;
    this.jobs = jobs;
    this.resources = resources;
    this.#disposer = disposer;
  }

  async scan(scans: readonly Scan[]): Promise<void> {
    for (const scan of scans)
      await startScan(
        scan,
        { pool: this.pool, jobs: this.jobs, logger: this.#chat.logger },
        this.#disposer,
      );
  }

  /** Finishes what it has begun. */
  async stop(): Promise<void> {
    await this.#disposer[Symbol.asyncDispose]();
  }
}

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/db/pool.ts';
import { openSigner } from '../../src/db/shared-signer.ts';
import type { EmailJob } from '../../src/email/digest.ts';
import { type EmailOutcome, emailQueue } from '../../src/email/email-queue.ts';
import type { Queue } from '../../src/jobs/queue.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { type Logger, createLogger } from '../../src/lib/logger.ts';
import type { Signer } from '../../src/lib/signer.ts';
import { type User, newConversation, newUser, rest } from './client.ts';
import { createDatabase } from './database.ts';
import { MailServer, type Received, SMTP_LOGIN } from './mail-server.ts';
import { clusterEnv } from './node-process.ts';
import { query } from './query.ts';
import { type NodeProcess, startNode } from './spawn-node.ts';

export const REPLY_SECRET = Buffer.from('a secret of the one who receives mail');
export const REPLY_DOMAIN = 'reply.shop.example';
export const PUBLIC_URL = 'https://chat.shop.example/parley';

/** A node where people chat, and what a worker that sends e-mails stands on. */
interface Stage {
  readonly databaseUrl: string;
  readonly node: NodeProcess;
  readonly database: Database;
  readonly signer: Signer;
  readonly server: MailServer;
}

/** There from `beforeAll` on, in files that call {@link emailTests}. */
export const stage = {} as { -readonly [K in keyof Stage]: Stage[K] };
/** Of all workers. */
export const log: string[] = [];
export const logger: Logger = createLogger('trace', {
  write: (line: string) => void log.push(line),
});

export function emailTests(): void {
  const closing = new Disposer();
  beforeAll(async () => {
    const databaseUrl = await createDatabase();
    const node = await startNode({
      ...clusterEnv(databaseUrl),
      // Jobs are the tests' own.
      ROLE: 'node',
      PUBLIC_URL,
      SMTP_URL: 'smtp://127.0.0.1:1',
      EMAIL_FROM: 'chat@shop.example',
      EMAIL_REPLY_DOMAIN: REPLY_DOMAIN,
      EMAIL_REPLY_SECRET: `whsec_${REPLY_SECRET.toString('base64')}`,
    });
    closing.defer(async () => {
      node.kill('SIGKILL');
      await node.exited;
    });
    const database = await openDatabase(databaseUrl, logger, closing);
    const signer = await openSigner(database, 'email');
    const server = await MailServer.open();
    closing.defer(() => server.close());
    Object.assign(stage, { databaseUrl, node, database, signer, server });
  });
  afterAll(() => closing[Symbol.asyncDispose]());
}

interface Options {
  readonly url?: string;
  readonly conversationUrl?: string;
  readonly hasReplies?: boolean;
}

/** A worker's queue, and what came of its jobs. */
export function openQueue({
  url = stage.server.url,
  conversationUrl,
  hasReplies = false,
}: Options = {}): {
  queue: Queue<EmailJob>;
  outcomes: EmailOutcome[];
  disposer: Disposer;
} {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const outcomes: EmailOutcome[] = [];
  const reply = hasReplies ? { domain: REPLY_DOMAIN, secret: REPLY_SECRET } : undefined;
  const queue = emailQueue(
    {
      settings: { smtpUrl: url, from: 'Shop, Inc. <chat@shop.example>', reply },
      publicUrl: PUBLIC_URL,
      conversationUrl,
      signer: stage.signer,
      pool: stage.database.pool,
      observer: { email: (outcome) => void outcomes.push(outcome) },
      logger,
    },
    disposer,
  );
  return { queue, outcomes, disposer };
}

export class Talk {
  readonly id: string;
  readonly buyer: User;
  readonly seller: User;
  /** The buyer's. */
  readonly address = `buyer-${randomUUID()}@mail.example`;

  private constructor(id: string, buyer: User, seller: User) {
    this.id = id;
    this.buyer = buyer;
    this.seller = seller;
  }

  /** The buyer is told of what the seller, Ann, writes. */
  static async begin(
    buyerIs: Record<string, unknown> = {},
    sellerIs: Record<string, unknown> = { name: 'Ann' },
  ) {
    const [buyer, seller] = await Promise.all([newUser(), newUser()]);
    const talk = new Talk(await newConversation(stage.node.url, buyer, seller), buyer, seller);
    await is(buyer, { email: talk.address, ...buyerIs });
    await is(seller, sellerIs);
    return talk;
  }

  call(user: User, method: string, path: string, body?: object) {
    return rest(stage.node.url, user, method, `/api/conversations/${this.id}${path}`, body);
  }

  /** By the seller unless told otherwise. @returns the message */
  async write(content: string, user = this.seller, attachmentIds?: string[]) {
    const { status, body } = await this.call(user, 'POST', '/messages', { content, attachmentIds });
    if (status !== 201) throw new Error(`not sent: ${status}`);
    return body.message;
  }

  job(seq: number, sinceSeq = 0): EmailJob {
    return { conversationId: this.id, userId: this.buyer.id, sinceSeq, seq };
  }

  get received(): Received[] {
    return stage.server.received.filter(({ to }) => to.includes(this.address));
  }
}

export async function is(user: User, columns: Record<string, unknown>): Promise<void> {
  const names = ['id', ...Object.keys(columns)];
  await query(
    stage.databaseUrl,
    `INSERT INTO users (${names.join()}) VALUES (${names.map((_, i) => `$${i + 1}`).join()})`,
    [user.id, ...Object.values(columns)],
  );
}

export const run = (queue: Queue<EmailJob>, item: EmailJob, attempt = 0, since = Date.now()) =>
  queue.run([{ item, attempt, since }]);

/** What the header says, unfolded. */
export const header = ({ raw }: Received, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(raw)?.[1]?.replaceAll(/\r\n\s+/g, ' ');
export const headerCount = ({ raw }: Received, name: string): number =>
  (raw.split('\r\n\r\n')[0] ?? '').match(new RegExp(`^${name}:`, 'gim'))?.length ?? 0;

/** Sends one digest and gives what arrived. */
export async function digest(talk: Talk, job: EmailJob, options?: Options): Promise<Received> {
  const { queue, outcomes } = openQueue(options);
  const before = talk.received.length;
  expect(await run(queue, job)).toEqual({ retries: [] });
  expect(outcomes).toEqual(['sent']);
  expect(talk.received).toHaveLength(before + 1);
  return talk.received[before]!;
}

/** What of all that the files' tests handle, and of `more`, the workers or the node have written somewhere. */
export function writtenSecrets(...more: readonly string[]): string[] {
  const written = [log.join(''), stage.node.output()].join('\n');
  return [
    SMTP_LOGIN.password,
    SMTP_LOGIN.user,
    'mail.example',
    'Hello',
    'Ann',
    REPLY_SECRET.toString(),
    REPLY_SECRET.toString('base64'),
    'signature=',
    'reply+',
    ...more,
  ].filter((secret) => written.includes(secret));
}

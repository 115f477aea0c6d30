import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { AttachmentGone } from '../src/attachments/gone.ts';
import { openLocalStore } from '../src/attachments/local-store.ts';
import type { ObjectStore } from '../src/attachments/object-store.ts';
import { openS3Store } from '../src/attachments/s3-store.ts';
import { type SweepAges, createSweep } from '../src/attachments/sweep.ts';
import { openWorkFolder } from '../src/attachments/work-folder.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { type Parties, Stage } from './support/attachments.ts';
import { VERSITYGW_MISSING } from './support/find-versitygw.ts';
import { Versitygw } from './support/versitygw.ts';

const closing = new Disposer();
afterAll(() => closing[Symbol.asyncDispose]());

const gateway = await Versitygw.start();
if (gateway === undefined) console.log(`the tests of S3 did not run: ${VERSITYGW_MISSING}`);
else closing.defer(() => gateway[Symbol.asyncDispose]());

const NEVER = 365 * 24 * 60 * 60 * 1_000;
const NOTHING_IS_OLD: SweepAges = {
  unsentMs: NEVER,
  leftoversMs: NEVER,
  deletedMs: NEVER,
  unfinishedMs: NEVER,
};

describe.each([
  { name: 'the local disk', s3: undefined },
  ...(gateway === undefined ? [] : [{ name: 'S3', s3: gateway }]),
])('the sweeper of attachments on $name', ({ s3 }) => {
  let stage: Stage;
  let parties: Parties;
  let store: ObjectStore;
  let workFolder: string;
  let image: Buffer;

  beforeEach(async () => {
    stage = await Stage.open({ s3 });
    closing.defer(() => stage[Symbol.asyncDispose]());
    parties = await stage.conversation();
    if (s3 === undefined) {
      const local = await openLocalStore(stage.parts.stateDir);
      store = local;
      workFolder = local.incoming;
    } else {
      const opened = openS3Store(s3.settings, stage.parts.logger);
      closing.defer(() => opened.close());
      store = opened;
      workFolder = await openWorkFolder();
    }
    const create = { width: 50, height: 50, channels: 3, background: '#000' } as const;
    image = await sharp({ create }).png().toBuffer();
  });

  const sweep = async (ages: Partial<SweepAges>) => {
    const { database, logger } = stage.parts;
    const run = createSweep({
      database,
      store,
      workFolder,
      ages: { ...NOTHING_IS_OLD, ...ages },
      logger,
    });
    return run();
  };
  const finished = async (): Promise<string> => {
    const id = await stage.upload(parties, image, 'image/png');
    await stage.attachments.finish(parties.conversationId, parties.buyerId, [id]);
    return id;
  };
  const sent = async (): Promise<string> => {
    const id = await finished();
    await stage.send(parties, id);
    return id;
  };
  const leave = (id: string, name: string) =>
    store.write(`${parties.conversationId}/${id}/${name}`, Readable.from([randomBytes(10)]), 10);
  const ids = async (): Promise<unknown[]> =>
    (await stage.query('SELECT id FROM attachments ORDER BY created_at')).map((row) => row['id']);

  test('what was never sent goes, whatever became of it; what was sent stays', async () => {
    const kept = await sent();
    const before = await stage.files();
    await finished();
    await stage.upload(parties, image, 'image/png');
    await stage.attachments.announce(parties.conversationId, parties.buyerId, {
      name: 'a',
      size: 1,
      contentType: 'a/b',
    });
    const refused = await stage.upload(parties, Buffer.from('text'), 'image/png');
    await expect(
      stage.attachments.finish(parties.conversationId, parties.buyerId, [refused]),
    ).rejects.toMatchObject({ code: 'invalid_message' });

    expect(await sweep({})).toEqual([]);
    expect(await ids()).toHaveLength(5);
    expect(await sweep({ unsentMs: 0 })).toEqual([]);
    expect(await ids()).toEqual([kept]);
    expect(await stage.files()).toEqual(before);
  });

  test('what an upload left beside a file that was sent goes, once', async () => {
    const id = await sent();
    const before = await stage.files();
    await leave(id, 'upload');
    await leave(id, randomUUID());
    expect(await sweep({ leftoversMs: 0 })).toEqual([]);
    expect(await stage.files()).toEqual(before);
    const [row] = await stage.query('SELECT swept_at FROM attachments');
    expect(row?.['swept_at']).toBeInstanceOf(Date);
    const shown = await stage.attachments.get(parties.conversationId, parties.sellerId, id);
    expect((await stage.download(shown.thumbnailUrl ?? '')).type).toBe('image/webp');
  });

  test('what was deleted goes when nobody needs to see it any more', async () => {
    const before = await stage.files();
    const id = await sent();
    await stage.query(
      `UPDATE attachments SET deleted_at = now() - interval '2 days' WHERE id = $1`,
      [id],
    );
    expect(await sweep({ deletedMs: 3 * 24 * 60 * 60 * 1_000 })).toEqual([]);
    expect(await ids()).toEqual([id]);
    expect(await sweep({ deletedMs: 24 * 60 * 60 * 1_000, leftoversMs: 0 })).toEqual([]);
    expect(await ids()).toEqual([]);
    expect(await stage.files()).toEqual(before);
  });

  test('what was deleted while its upload may still come leaves nothing, either', async () => {
    const before = await stage.files();
    const id = await sent();
    await stage.query('UPDATE attachments SET deleted_at = now() WHERE id = $1', [id]);
    // More of them than a slice.
    await stage.query(
      `INSERT INTO attachments (conversation_id, id, uploader_id, name, content_type, size, created_at, deleted_at)
       SELECT $1, gen_random_uuid(), $2, 'a', 'a/b', 1, now(), now() FROM generate_series(1, 120)`,
      [parties.conversationId, parties.buyerId],
    );
    expect(await sweep({ deletedMs: 0 })).toEqual([]);
    expect(await stage.files()).toEqual(before);
    const names = await stage.query('SELECT DISTINCT name FROM attachments');
    expect(names).toEqual([{ name: '' }]);
    // Its URL is good for an hour, and S3 asks nobody.
    await leave(id, 'upload');
    expect(await sweep({ deletedMs: 0, leftoversMs: 0 })).toEqual([]);
    expect(await ids()).toEqual([]);
    expect(await stage.files()).toEqual(before);
  });

  test('of a deleted message all versions go, of others none', async () => {
    const [deleted, edited] = [randomUUID(), randomUUID()];
    const insert = (seq: number, messageId: string, reason: string, age: string) =>
      stage.query(
        `INSERT INTO message_versions (conversation_id, seq, message_id, content, reason, created_at, replaced_at)
         VALUES ($1, $2, $3, 'said', $4, now() - $5::interval, now() - $5::interval)`,
        [parties.conversationId, seq, messageId, reason, age],
      );
    await insert(2, deleted, 'edit', '4 days');
    await insert(3, edited, 'edit', '4 days');
    await insert(4, deleted, 'delete', '3 days');
    await insert(6, randomUUID(), 'delete', '1 hour');
    expect(await sweep({ deletedMs: 2 * 24 * 60 * 60 * 1_000 })).toEqual([]);
    const left = await stage.query('SELECT seq FROM message_versions ORDER BY seq');
    expect(left.map((row) => row['seq'])).toEqual([3, 6]);
  });

  test('a conversation that an operator deletes takes all with it', async () => {
    const before = await stage.files();
    const other = await stage.conversation();
    await stage.upload(other, image, 'image/png');
    const kept = await stage.files();
    const id = await sent();
    const shown = await stage.attachments.get(parties.conversationId, parties.buyerId, id);
    await finished();
    const inserts = [
      `INSERT INTO messages (id, conversation_id, sender_id, content, created_at, seq) VALUES ($2, $1, $2, 'x', now(), 1)`,
      `INSERT INTO changes (conversation_id, seq, kind, user_id, message_id, created_at) VALUES ($1, 2, 'edit', $2, $2, now())`,
      `INSERT INTO message_versions (conversation_id, seq, message_id, content, reason, created_at, replaced_at) VALUES ($1, 2, $2, 'x', 'edit', now(), now())`,
    ];
    for (const text of inserts) await stage.query(text, [parties.conversationId, randomUUID()]);
    await stage.query('DELETE FROM conversations WHERE id = $1', [parties.conversationId]);
    for (const table of ['messages', 'changes', 'message_versions'])
      expect(await stage.query(`SELECT FROM ${table}`)).toEqual([]);
    // At once; the objects go with the next round.
    await expect(stage.open(shown.url)).rejects.toThrow(AttachmentGone);
    expect(await sweep({})).toEqual([]);
    expect(await stage.files()).toEqual(kept);
    expect(await sweep({ leftoversMs: 0 })).toEqual([]);
    expect(await ids()).toHaveLength(1);
    await stage.query('DELETE FROM conversations');
    expect(await sweep({})).toEqual([]);
    expect(await stage.files()).toEqual(before);
  });

  test('more than one slice of them', async () => {
    const before = await stage.files();
    await stage.query(
      `INSERT INTO attachments (conversation_id, id, uploader_id, name, content_type, size, created_at)
       SELECT $1, gen_random_uuid(), $2, 'a', 'a/b', 1, now() FROM generate_series(1, 230)`,
      [parties.conversationId, parties.buyerId],
    );
    await stage.upload(parties, Buffer.from('the last of them'), 'text/plain');
    expect(await sweep({ unsentMs: 0 })).toEqual([]);
    expect(await ids()).toEqual([]);
    expect(await stage.files()).toEqual(before);
  });

  test('several nodes at once', async () => {
    const before = await stage.files();
    const uploads = Array.from({ length: 20 }, () =>
      stage.upload(parties, Buffer.from('x'), 'text/plain'),
    );
    await Promise.all(uploads);
    const rounds = await Promise.all([1, 2, 3].map(() => sweep({ unsentMs: 0 })));
    expect(rounds).toEqual([[], [], []]);
    expect(await ids()).toEqual([]);
    expect(await stage.files()).toEqual(before);
  });

  test('while a message is being sent with it', async () => {
    const id = await finished();
    const { pool } = stage.parts.database;
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM attachments WHERE id = $1 FOR NO KEY UPDATE', [id]);
      expect(await sweep({ unsentMs: 0 })).toEqual([]);
      await client.query('UPDATE attachments SET message_id = $2 WHERE id = $1', [
        id,
        randomUUID(),
      ]);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    expect(await sweep({ unsentMs: 0 })).toEqual([]);
    const shown = await stage.attachments.get(parties.conversationId, parties.sellerId, id);
    expect((await stage.download(shown.url)).type).toBe('image/png');
  });

  test('files of a node that was killed go, those of one that works stay', async () => {
    const old = path.join(workFolder, randomUUID());
    const young = path.join(workFolder, randomUUID());
    for (const folder of [old, young]) {
      await mkdir(folder);
      await writeFile(path.join(folder, 'upload'), 'x');
    }
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1_000);
    await utimes(old, yesterday, yesterday);
    expect(await sweep({ unfinishedMs: 24 * 60 * 60 * 1_000 })).toEqual([]);
    await expect(mkdir(young)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(mkdir(old)).resolves.toBeUndefined();
    await sweep({ unfinishedMs: -1 });
  });
});

test.skipIf(gateway === undefined)('S3 away: all is tried again later', async () => {
  const s3 = gateway as Versitygw;
  const stage = await Stage.open({ s3 });
  closing.defer(() => stage[Symbol.asyncDispose]());
  const before = await stage.files();
  const parties = await stage.conversation();
  const id = await stage.upload(parties, randomBytes(1_000), 'a/b');
  const store = openS3Store(s3.settings, stage.parts.logger);
  closing.defer(() => store.close());
  const { database, logger } = stage.parts;
  const ages = { ...NOTHING_IS_OLD, unsentMs: 0 };
  const sweep = createSweep({ database, store, workFolder: await openWorkFolder(), ages, logger });
  await s3.stop();
  expect((await sweep()).map(String)).toEqual(['StoreError: S3: ECONNREFUSED']);
  expect(await stage.query('SELECT id, state FROM attachments')).toEqual([
    { id, state: 'refused' },
  ]);
  await s3.startAgain();
  expect(await sweep()).toEqual([]);
  expect(await stage.query('SELECT FROM attachments')).toEqual([]);
  expect(await stage.files()).toEqual(before);
});

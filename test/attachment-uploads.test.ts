import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createExamine } from '../src/attachments/examine.ts';
import { createFinish } from '../src/attachments/finish.ts';
import { AttachmentGone } from '../src/attachments/gone.ts';
import { createGuard } from '../src/attachments/guard.ts';
import { openLocalStore } from '../src/attachments/local-store.ts';
import type { ObjectStore } from '../src/attachments/object-store.ts';
import { openSigner } from '../src/db/shared-signer.ts';
import { createUrls } from '../src/attachments/urls.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { type Parties, Stage } from './support/attachments.ts';
import { VERSITYGW_MISSING } from './support/find-versitygw.ts';
import { Tmpfs, canMount } from './support/tmpfs.ts';
import { Versitygw } from './support/versitygw.ts';

const closing = new Disposer();
afterAll(() => closing[Symbol.asyncDispose]());

const gateway = await Versitygw.start();
if (gateway === undefined) console.log(`the tests of S3 did not run: ${VERSITYGW_MISSING}`);
else closing.defer(() => gateway[Symbol.asyncDispose]());

const away = { code: 'unavailable', message: 'files are unavailable at the moment, retry' };

async function* cutOff(...chunks: Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
  throw new Error('the client went away');
}

describe('an upload to the node', () => {
  let stage: Stage;
  let parties: Parties;
  beforeAll(async () => {
    stage = await Stage.open();
    closing.defer(() => stage[Symbol.asyncDispose]());
    parties = await stage.conversation();
  });
  const announce = async (size: number) => {
    const file = { name: 'a', size, contentType: 'text/plain' };
    const { conversationId, buyerId } = parties;
    return stage.attachments.announce(conversationId, buyerId, file);
  };

  test('cut at any byte leaves nothing, and can be begun again', async () => {
    const bytes = Buffer.from('each byte of these may be the last one that comes');
    const { attachment, upload } = await announce(bytes.length);
    for (let cut = 0; cut < bytes.length; cut += 1) {
      const source = Readable.from(cutOff(bytes.subarray(0, cut)));
      await expect(stage.receive(upload.url, source)).rejects.toThrow('the client went away');
      const ended = Readable.from([bytes.subarray(0, cut)]);
      await expect(stage.receive(upload.url, ended)).rejects.toMatchObject({
        code: 'invalid_message',
        message: `the upload must have exactly the ${bytes.length} bytes that were announced`,
      });
      expect(await stage.files()).toEqual([]);
    }
    await stage.receive(upload.url, Readable.from([bytes]), bytes.length);
    const { conversationId, buyerId } = parties;
    const [shown] = await stage.attachments.finish(conversationId, buyerId, [attachment.id]);
    expect((await stage.download(shown?.url ?? '')).bytes.equals(bytes)).toBe(true);
  });

  test('that is longer than announced ends at the first byte too many', async () => {
    const before = await stage.files();
    const { upload } = await announce(100_000);
    let given = 0;
    const endless = Readable.from(
      (async function* zeros() {
        for (;;) {
          given += 10_000;
          yield Buffer.alloc(10_000);
        }
      })(),
    );
    await expect(stage.receive(upload.url, endless)).rejects.toMatchObject({
      code: 'invalid_message',
    });
    expect(endless.destroyed).toBe(true);
    expect(given).toBeLessThan(1_000_000);
    expect(await stage.files()).toEqual(before);
  });

  test('that says it is of another length is not begun', async () => {
    const { upload } = await announce(10);
    const source = Readable.from([Buffer.alloc(11)]);
    await expect(stage.receive(upload.url, source, 11)).rejects.toMatchObject({
      code: 'message_too_large',
    });
    expect(source.destroyed).toBe(true);
  });

  test('whose URL has expired', async () => {
    const { attachment } = await announce(1);
    const urls = createUrls(await openSigner(stage.parts.database, 'attachment_urls'));
    const url = urls.upload(parties.conversationId, attachment.id, new Date(Date.now() - 1_000));
    await expect(stage.receive(url, Readable.from([Buffer.of(65)]))).rejects.toMatchObject({
      code: 'invalid_message',
      message: 'this URL has expired: announce the file again',
    });
  });

  test('that ends when its file is swept away leaves nothing', async () => {
    const before = await stage.files();
    const { attachment, upload } = await announce(2);
    const source = Readable.from(
      (async function* slow() {
        yield Buffer.of(65);
        await stage.query('DELETE FROM attachments WHERE id = $1', [attachment.id]);
        yield Buffer.of(66);
      })(),
    );
    await expect(stage.receive(upload.url, source)).rejects.toThrow(AttachmentGone);
    expect(await stage.files()).toEqual(before);
  });

  test('takes the place of an earlier one that is still under way', async () => {
    const before = await stage.files();
    const { upload } = await announce(2);
    const outcomes: Promise<unknown>[] = [];
    for (let i = 0; i < 5; i += 1) {
      const source = new Readable({ read: () => undefined });
      source.on('error', () => undefined);
      source.push('A');
      outcomes.push(stage.receive(upload.url, source).catch((error: unknown) => error));
      await sleep(50);
      // One file that has begun.
      expect(await stage.files()).toHaveLength(before.length + 1);
    }
    await stage.receive(upload.url, Readable.from([Buffer.from('AB')]));
    for (const outcome of outcomes) expect(await outcome).toMatchObject({ code: 'conflict' });
    expect(await stage.files()).toHaveLength(before.length + 1);
  });

  test('waits for none of those that went away before it', async () => {
    const { upload } = await announce(600_000);
    const file = await announce(1);
    const gone = Array.from({ length: 500 }, async () => {
      const source = new Readable({ read: () => undefined });
      source.on('error', () => undefined);
      const received = stage.receive(upload.url, source);
      setTimeout(() => source.destroy(new Error('the client went away')), 50);
      await expect(received).rejects.toBeInstanceOf(Error);
    });
    await sleep(500);
    const begun = performance.now();
    await stage.receive(file.upload.url, Readable.from([Buffer.of(65)]));
    // If their places were kept: five.
    expect(performance.now() - begun).toBeLessThan(3_000);
    await Promise.all(gone);
  });

  test("that is slow to look at keeps only its sender's others waiting", async () => {
    const { conversationId, buyerId, sellerId } = parties;
    const { database, logger } = stage.parts;
    let looked = 0;
    const finish = createFinish({
      database,
      store: await openLocalStore(stage.parts.stateDir),
      show: createUrls(await openSigner(database, 'attachment_urls')).show,
      examine(row) {
        looked += 1;
        return row.uploaderId === buyerId
          ? new Promise(() => undefined)
          : Promise.resolve({ kind: 'bad', reason: 'was looked at' });
      },
      guard: createGuard(logger),
      onFinished: () => undefined,
      logger,
    });
    for (let i = 0; i < 10; i += 1)
      void finish(conversationId, buyerId, [(await announce(1)).attachment.id]);
    const file = { name: 'a', size: 1, contentType: 'text/plain' };
    const theirs = await stage.attachments.announce(conversationId, sellerId, file);
    await expect(finish(conversationId, sellerId, [theirs.attachment.id])).rejects.toThrow(
      'the file was looked at',
    );
    expect(looked).toBe(2);
  });

  test('that two nodes look at is ready for the slower one, too', async () => {
    const { attachment, upload } = await announce(1);
    await stage.receive(upload.url, Readable.from([Buffer.of(65)]));
    const { conversationId, buyerId } = parties;
    const local = await openLocalStore(stage.parts.stateDir);
    const store: ObjectStore = {
      ...local,
      async copyTo(...of) {
        await stage.attachments.finish(conversationId, buyerId, [attachment.id]);
        return local.copyTo(...of);
      },
    };
    const { database, logger } = stage.parts;
    const slower = createFinish({
      database,
      store,
      show: createUrls(await openSigner(database, 'attachment_urls')).show,
      examine: createExamine({
        store,
        workFolder: local.incoming,
        makeImage: () => Promise.reject(new Error('no picture')),
        scan: undefined,
      }),
      guard: createGuard(logger),
      onFinished: () => undefined,
      logger,
    });
    expect(await slower(conversationId, buyerId, [attachment.id])).toMatchObject([
      { id: attachment.id, contentType: 'text/plain' },
    ]);
  });

  test('that nobody asked for in a day is too late', async () => {
    const { attachment, upload } = await announce(1);
    await stage.receive(upload.url, Readable.from([Buffer.of(65)]));
    await stage.query(
      `UPDATE attachments SET created_at = now() - interval '1 day' WHERE id = $1`,
      [attachment.id],
    );
    const { conversationId, buyerId } = parties;
    await expect(
      stage.attachments.finish(conversationId, buyerId, [attachment.id]),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('too long ago') });
  });

  test('of a file that is finished is too late', async () => {
    const { attachment, upload } = await announce(3);
    await stage.receive(upload.url, Readable.from([Buffer.from('one')]));
    const { conversationId, buyerId } = parties;
    await stage.attachments.finish(conversationId, buyerId, [attachment.id]);
    const files = await stage.files();
    await expect(
      stage.receive(upload.url, Readable.from([Buffer.from('two')])),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(await stage.files()).toEqual(files);
  });
});

describe.skipIf(!canMount)('a disk that is full', () => {
  test('takes no upload until there is room; finishing one takes none', async () => {
    const disk = await Tmpfs.mount('1m');
    closing.defer(() => disk[Symbol.asyncDispose]());
    const stage = await Stage.open({ dir: disk.dir });
    closing.defer(() => stage[Symbol.asyncDispose]());
    const parties = await stage.conversation();
    await expect(stage.upload(parties, randomBytes(2_000_000), 'a/b')).rejects.toMatchObject(away);
    expect(await stage.files()).toEqual([]);
    expect(stage.log.join('')).toContain('the disk of the attachments: it is full (ENOSPC)');

    const id = await stage.upload(parties, randomBytes(700_000), 'a/b');
    const finished = stage.attachments.finish(parties.conversationId, parties.buyerId, [id]);
    expect(await finished).toMatchObject([{ id, size: 700_000 }]);
    await disk.resize('4m');
    await stage.upload(parties, randomBytes(2_000_000), 'a/b');
  });

  test('finishes no picture, and does not call it damaged', async () => {
    const disk = await Tmpfs.mount('900k');
    closing.defer(() => disk[Symbol.asyncDispose]());
    const stage = await Stage.open({ dir: disk.dir });
    closing.defer(() => stage[Symbol.asyncDispose]());
    const parties = await stage.conversation();
    const noise = { width: 400, height: 400, channels: 3 } as const;
    const bytes = await sharp(randomBytes(480_000), { raw: noise }).png().toBuffer();
    const finish = (id: string) =>
      stage.attachments.finish(parties.conversationId, parties.buyerId, [id]);
    const id = await stage.upload(parties, bytes, 'image/png');
    await expect(finish(id)).rejects.toMatchObject(away);
    expect(await stage.files()).toHaveLength(1);
    await disk.resize('8m');
    expect(await finish(id)).toMatchObject([{ id, width: 400 }]);
  });
});

test.skipIf(gateway === undefined)('S3 away: nothing is lost, and all is clear', async () => {
  const s3 = gateway as Versitygw;
  const stage = await Stage.open({ s3 });
  closing.defer(() => stage[Symbol.asyncDispose]());
  const parties = await stage.conversation();
  const finish = (id: string) =>
    stage.attachments.finish(parties.conversationId, parties.buyerId, [id]);
  const id = await stage.upload(parties, randomBytes(100_000), 'a/b');
  await s3.stop();
  await expect(finish(id)).rejects.toMatchObject(away);
  expect(stage.log.join('')).toContain('S3: ECONNREFUSED');
  // Which it can do by itself.
  const file = { name: 'a', size: 5, contentType: 'text/plain' };
  await stage.attachments.announce(parties.conversationId, parties.buyerId, file);
  await s3.startAgain();
  const [shown] = await finish(id);
  expect((await stage.download(shown?.url ?? '')).bytes).toHaveLength(100_000);
});

import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttachmentGone } from '../src/attachments/gone.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { type Parties, Stage } from './support/attachments.ts';
import { VERSITYGW_MISSING } from './support/find-versitygw.ts';
import { Versitygw } from './support/versitygw.ts';

const gateway = await Versitygw.start();
if (gateway === undefined) console.log(`the tests of S3 did not run: ${VERSITYGW_MISSING}`);
const closing = new Disposer();
if (gateway !== undefined) closing.defer(() => gateway[Symbol.asyncDispose]());
afterAll(() => closing[Symbol.asyncDispose]());

const PDF = Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n', 'latin1');
/** The first bytes of a Windows program. */
const PROGRAM = Buffer.concat([Buffer.from('MZ'), randomBytes(200)]);

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#c33' } });

describe.each([
  { name: 'the local disk', s3: undefined },
  ...(gateway === undefined ? [] : [{ name: 'S3', s3: gateway }]),
])('attachments on $name', ({ s3 }) => {
  let stage: Stage;
  let parties: Parties;
  beforeAll(async () => {
    stage = await Stage.open({ s3 });
    closing.defer(() => stage[Symbol.asyncDispose]());
    parties = await stage.conversation();
  });

  const finish = (...ids: string[]) =>
    stage.attachments.finish(parties.conversationId, parties.buyerId, ids);
  const finishOne = async (bytes: Buffer, type: string, name?: string) => {
    const [attachment] = await finish(await stage.upload(parties, bytes, type, name));
    if (attachment === undefined) throw new Error('nothing was finished');
    return attachment;
  };

  test('a file goes up, is looked at, and comes down', async () => {
    const before = await stage.files();
    const shown = await finishOne(PDF, 'application/pdf', 'Rechnung "März".pdf');
    expect(shown).toMatchObject({
      name: 'Rechnung "März".pdf',
      contentType: 'application/pdf',
      size: PDF.length,
    });
    expect(shown).not.toHaveProperty('thumbnailUrl');
    const { bytes, type, disposition } = await stage.download(shown.url);
    expect(bytes.equals(PDF)).toBe(true);
    expect(type).toBe('application/pdf');
    expect(disposition).toBe(
      `attachment; filename="Rechnung _M_rz_.pdf"; filename*=UTF-8''Rechnung%20%22M%C3%A4rz%22.pdf`,
    );
    // Of the upload nothing stays.
    expect(await stage.files()).toHaveLength(before.length + 1);
  });

  test('a photograph loses its place, stands upright, and gets a thumbnail', async () => {
    const photo = await picture(1_600, 1_200)
      .jpeg()
      .withExif({
        IFD0: { Make: 'Parley', Orientation: '6' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' },
      })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect((await sharp(photo).metadata()).exif?.includes('Parley')).toBe(true);
    const shown = await finishOne(photo, 'image/jpeg', 'photo.jpg');
    expect(shown).toMatchObject({ contentType: 'image/jpeg', width: 1_200, height: 1_600 });
    const original = await stage.download(shown.url);
    expect(original.disposition).toMatch(/^inline;/);
    expect(original.bytes).toHaveLength(shown.size);
    const metadata = await sharp(original.bytes).metadata();
    expect(metadata).toMatchObject({ format: 'jpeg', width: 1_200, height: 1_600 });
    expect(metadata).not.toHaveProperty('exif');
    expect(original.bytes.includes('Exif')).toBe(false);
    const thumbnail = await stage.download(shown.thumbnailUrl ?? '');
    expect(thumbnail.type).toBe('image/webp');
    expect(await sharp(thumbnail.bytes).metadata()).toMatchObject({
      format: 'webp',
      width: 480,
      height: 640,
    });
  });

  test.each(['png', 'webp', 'gif', 'avif'] as const)('a picture as %s', async (format) => {
    const bytes = await picture(300, 200)
      .toFormat(format)
      .withExif({ IFD0: { Copyright: 'of a person' } })
      .toBuffer();
    const shown = await finishOne(bytes, `image/${format}`);
    expect(shown).toMatchObject({ contentType: `image/${format}`, width: 300, height: 200 });
    const original = await stage.download(shown.url);
    expect(original.bytes.includes('of a person')).toBe(false);
    expect((await sharp(original.bytes).metadata()).width).toBe(300);
    const thumbnail = await sharp(
      (await stage.download(shown.thumbnailUrl ?? '')).bytes,
    ).metadata();
    expect([thumbnail.width, thumbnail.height]).toEqual([300, 200]);
  });

  test('a picture that moves goes on moving, and keeps its size', async () => {
    const frames = await Promise.all(
      ['#f00', '#0f0', '#00f'].map((background) =>
        sharp({ create: { width: 40, height: 30, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const shown = await finishOne(gif, 'image/gif');
    expect(shown).toMatchObject({ width: 40, height: 30 });
    const { bytes } = await stage.download(shown.url);
    expect((await sharp(bytes, { animated: true }).metadata()).pages).toBe(3);
  });

  test.each([
    ['text', Buffer.from('Grüße\n'), 'text/plain', 'text/plain'],
    ['HTML', Buffer.from('<html><script>alert(1)</script>'), 'text/html', 'text/plain'],
    [
      'SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'image/svg+xml',
      'text/plain',
    ],
    ['XML', Buffer.from('<?xml version="1.0"?><a/>'), 'application/xml', 'text/plain'],
    ['Latin-1', Buffer.from('Gr\xfc\xdfe', 'latin1'), 'text/csv', 'application/octet-stream'],
    ['bytes', Buffer.from([1, 0, 2, 3]), 'application/x-thing', 'application/octet-stream'],
    ['a program', PROGRAM, 'application/octet-stream', 'application/x-msdownload'],
  ])('%s is nothing that is shown in a page', async (_, bytes, claimed, found) => {
    const shown = await finishOne(bytes, claimed);
    expect(shown.contentType).toBe(found);
    const { type, disposition } = await stage.download(shown.url);
    expect(type).toBe(found);
    expect(disposition).toMatch(/^attachment;/);
  });

  test('a PNG that was announced as a JPEG is a PNG', async () => {
    const shown = await finishOne(await picture(10, 10).png().toBuffer(), 'image/jpeg');
    expect(shown.contentType).toBe('image/png');
  });

  test.each([
    [
      'text as an image',
      Buffer.from('no image'),
      'image/png',
      /announced as image\/png and is text\/plain/,
    ],
    [
      'a program as text',
      PROGRAM,
      'text/plain',
      /announced as text\/plain and is application\/x-msdownload/,
    ],
    ['a program as a PDF', PROGRAM, 'application/pdf', /announced as application\/pdf/],
    ['a PDF as a film', PDF, 'video/mp4', /announced as video\/mp4/],
    ['half a JPEG', undefined, 'image/jpeg', /can not be decoded/],
    ['a bomb', pngBomb(60_000, 60_000), 'image/png', /at most 50000000 pixels/],
    ['a bomb that moves', gifBomb(4_000, 4_000, 20), 'image/gif', /at most 50000000 pixels/],
  ])('%s is refused, and nothing of it stays', async (_, given, claimed, why) => {
    const before = await stage.files();
    const noise = sharp(randomBytes(300 * 300 * 3), {
      raw: { width: 300, height: 300, channels: 3 },
    });
    const bytes = given ?? (await noise.jpeg().toBuffer()).subarray(0, 20_000);
    const id = await stage.upload(parties, bytes, claimed);
    await expect(finish(id)).rejects.toMatchObject({
      code: 'invalid_message',
      message: expect.stringMatching(why),
    });
    expect(await stage.files()).toEqual(before);
    await expect(finish(id)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('ids that are not one’s own, or not here', async () => {
    const others = await stage.conversation();
    const foreign = await stage.upload(others, PDF, 'application/pdf');
    const own = await stage.upload(parties, PDF, 'application/pdf');
    const wrong = {
      code: 'invalid_message',
      message: expect.stringMatching(/^attachmentIds must/),
    };
    await expect(finish(foreign)).rejects.toMatchObject(wrong);
    await expect(finish(randomUUID())).rejects.toMatchObject(wrong);
    await expect(
      stage.attachments.finish(parties.conversationId, parties.sellerId, [own]),
    ).rejects.toMatchObject(wrong);
    expect(await finish(own)).toHaveLength(1);
  });

  test('what is not uploaded yet', async () => {
    const { attachment } = await stage.attachments.announce(
      parties.conversationId,
      parties.buyerId,
      { name: 'a', size: 5, contentType: 'text/plain' },
    );
    await expect(finish(attachment.id)).rejects.toMatchObject({
      code: 'conflict',
      message: 'the file is not uploaded yet',
    });
  });

  test('finished many times at once it is looked at once, and is the same for all', async () => {
    const before = await stage.files();
    const other = await Stage.open({ s3 });
    closing.defer(() => other[Symbol.asyncDispose]());
    const id = await stage.upload(parties, await picture(900, 900).png().toBuffer(), 'image/png');
    const all = await Promise.all(Array.from({ length: 5 }, () => finish(id, id)));
    expect(new Set(all.flat().map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await stage.files()).toHaveLength(before.length + 2);
  });

  test('shown to both when it is sent, before that to the uploader', async () => {
    const { conversationId, buyerId, sellerId } = parties;
    const { get } = stage.attachments;
    const id = await stage.upload(parties, PDF, 'application/pdf');
    await expect(get(conversationId, buyerId, id)).rejects.toMatchObject({ code: 'conflict' });
    const [shown] = await finish(id);
    expect(await get(conversationId, buyerId, id)).toEqual(shown);
    await expect(get(conversationId, sellerId, id)).rejects.toMatchObject({
      code: 'invalid_message',
    });
    await stage.send(parties, id);
    expect(await get(conversationId, sellerId, id)).toEqual(shown);
    await expect(get(conversationId, randomUUID(), id)).rejects.toMatchObject({
      code: 'not_authorized',
    });
    await stage.query('UPDATE attachments SET deleted_at = now() WHERE id = $1', [id]);
    await expect(get(conversationId, sellerId, id)).rejects.toMatchObject({
      code: 'invalid_message',
    });
    await expect(stage.open(shown?.url ?? '')).rejects.toBeInstanceOf(AttachmentGone);
  });

  test('a URL that was changed, or is for something else', async () => {
    const shown = await finishOne(await picture(9, 9).png().toBuffer(), 'image/png');
    const refused = { code: 'not_authorized' };
    await expect(stage.open(shown.url.replace('original', 'thumbnail'))).rejects.toMatchObject(
      refused,
    );
    await expect(stage.open(shown.url.replace(/expires=\d/, 'expires=9'))).rejects.toMatchObject(
      refused,
    );
    await expect(stage.open(shown.url.slice(0, -5))).rejects.toMatchObject(refused);
    await expect(stage.open(`${shown.url}AAAA`)).rejects.toMatchObject(refused);
    await expect(
      stage.receive(shown.url.replace('/original', ''), Readable.from([Buffer.of(1)])),
    ).rejects.toMatchObject(refused);
  });

  test('announcing: for parties, up to the limit', async () => {
    const file = { name: 'a', size: 26_214_401, contentType: 'a/b' };
    const { announce } = stage.attachments;
    await expect(announce(parties.conversationId, parties.buyerId, file)).rejects.toThrow(
      'size must be at most 26214400 bytes',
    );
    const small = { ...file, size: 1 };
    const refused = { code: 'not_authorized' };
    await expect(announce(parties.conversationId, randomUUID(), small)).rejects.toMatchObject(
      refused,
    );
    await expect(announce(randomUUID(), parties.buyerId, small)).rejects.toMatchObject(refused);
  });
});

function pngChunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type), data]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, crc]);
}

/** A PNG of so many black pixels in as few bytes as its header takes. */
function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(1, 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(1_000))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A GIF of so many frames, each of which says that it is as large as the whole. */
function gifBomb(width: number, height: number, frames: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(width, 0);
  size.writeUInt16LE(height, 2);
  const screen = Buffer.concat([
    Buffer.from('GIF89a'),
    size,
    Buffer.from([0x80, 0, 0]),
    Buffer.alloc(6),
  ]);
  const frame = Buffer.concat([
    Buffer.from([0x2c, 0, 0, 0, 0]),
    size,
    // No table of colours of its own; a code size of 2, and the codes "clear, end".
    Buffer.from([0, 2, 1, 0x2c, 0]),
  ]);
  return Buffer.concat([
    screen,
    ...Array.from({ length: frames }, () => frame),
    Buffer.from([0x3b]),
  ]);
}

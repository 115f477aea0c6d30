import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  type User,
  connect,
  newConversation,
  newUser,
  rest,
} from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { filesBelow } from './support/files-below.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { query } from './support/query.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';
import { until } from './support/until.ts';
import { type FileToSend, announce, upload } from './support/upload.ts';

let dir: string;
let databaseUrl: string;
let first: NodeProcess;
let second: NodeProcess;
let buyer: User;
let seller: User;
let stranger: User;
let conversationId: string;

const SECRET_PLACE = 'the place where it was taken';
let photo: FileToSend;
const text = (content: string, name = 'note.txt'): FileToSend => ({
  name,
  contentType: 'text/plain',
  bytes: Buffer.from(content),
});

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'parley-attachments-'));
  databaseUrl = await createDatabase();
  const env = {
    ...clusterEnv(databaseUrl),
    ATTACHMENTS_DIR: dir,
    MAX_ATTACHMENT_BYTES: '3000000',
    ALLOWED_ORIGINS: 'https://shop.example',
    RATE_LIMITS: 'off',
  };
  [first, second] = await Promise.all([startNode(env), startNode(env)]);
  [buyer, seller, stranger] = await Promise.all([newUser(), newUser(), newUser()]);
  conversationId = await newConversation(first.url, buyer, seller);
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const bytes = await sharp({
    create: { width: 1_200, height: 800, channels: 3, background: 'red', noise },
  })
    .withExif({ IFD0: { Copyright: SECRET_PLACE } })
    .jpeg()
    .toBuffer();
  photo = { name: 'bike.jpg', contentType: 'image/jpeg', bytes };
});
afterAll(async () => {
  for (const node of [first, second]) node.kill('SIGKILL');
  await Promise.all([first.exited, second.exited]);
  await rm(dir, { recursive: true });
});

const api = (id = conversationId) => `/api/conversations/${id}`;
const send = (user: User, body: object, node = first) =>
  rest(node.url, user, 'POST', `${api()}/messages`, body);
const complete = (user: User, id: string, node = first) =>
  rest(node.url, user, 'POST', `${api()}/attachments/${id}/complete`, {});
/** Uploads and sends. */
async function sendFiles(user: User, ...files: FileToSend[]) {
  const attachmentIds: string[] = [];
  for (const file of files) attachmentIds.push(await upload(first.url, user, conversationId, file));
  const { status, body } = await send(user, { attachmentIds });
  expect(body).toMatchObject({ message: { content: '' } });
  expect(status).toBe(201);
  return body.message;
}
async function download(url: string, node = second, init: RequestInit = {}) {
  const response = await fetch(new URL(url, node.url), init);
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}

const refuse = async (user: User, attachmentIds: string[], status: number, detail: RegExp) => {
  const before = (await rest(first.url, user, 'GET', api())).body.seq;
  const answer = await send(user, { content: 'with it', attachmentIds });
  expect(answer.body).toMatchObject({ status, detail: expect.stringMatching(detail) });
  expect((await rest(first.url, user, 'GET', api())).body.seq).toBe(before);
};

const beginPut = (url: URL, headers: Record<string, string | number>) =>
  request(url, { method: 'PUT', headers });

test('files reach both parties, on another node too, with text or without', async () => {
  const [mine, theirs] = await Promise.all([
    connect(first.wsUrl, buyer),
    connect(second.wsUrl, seller),
  ]);
  const ids = [
    await upload(first.url, buyer, conversationId, photo),
    await upload(second.url, buyer, conversationId, text('19 inches')),
  ];
  mine.send({
    type: 'send_message',
    conversationId,
    content: 'here it is',
    clientMessageId: 'files',
    attachmentIds: ids,
  });
  const ack = await mine.next('message_ack');
  const { message, seq } = await theirs.next('new_message');
  expect(message).toMatchObject({ content: 'here it is', senderId: buyer.id });
  expect(message.attachments).toEqual([
    {
      id: ids[0],
      name: 'bike.jpg',
      contentType: 'image/jpeg',
      size: expect.any(Number),
      width: 1_200,
      height: 800,
      url: expect.stringMatching(/^\//),
      thumbnailUrl: expect.stringMatching(/^\//),
    },
    {
      id: ids[1],
      name: 'note.txt',
      contentType: 'text/plain',
      size: 9,
      url: expect.stringMatching(/^\//),
    },
  ]);
  expect(ack['message']).toEqual(message);

  const page = await rest(second.url, seller, 'GET', `${api()}/messages?limit=1`);
  expect(page.body.messages[0]).toMatchObject({ seq, attachments: message.attachments });
  const list = await rest(second.url, seller, 'GET', '/api/conversations');
  expect(list.body.conversations[0].lastMessage.attachments).toEqual(message.attachments);
  const fresh = await rest(second.url, seller, 'GET', `${api()}/attachments/${ids[0]}`);
  expect(fresh.body).toEqual({ conversationId, attachment: message.attachments[0] });

  for (const client of [mine, theirs]) client.socket.close();
});

test('a photo loses where it was taken; its thumbnail is small', async () => {
  expect(photo.bytes.includes(SECRET_PLACE)).toBe(true);
  const { attachments } = await sendFiles(buyer, photo);
  const { bytes, response } = await download(attachments[0].url);
  expect(bytes.byteLength).toBe(attachments[0].size);
  expect(bytes.includes(SECRET_PLACE)).toBe(false);
  expect((await sharp(bytes).metadata()).exif).toBeUndefined();
  expect(response.headers.get('content-type')).toBe('image/jpeg');
  expect(response.headers.get('content-disposition')).toMatch(/^inline;/);
  const thumbnail = await download(attachments[0].thumbnailUrl);
  const { width, height } = await sharp(thumbnail.bytes).metadata();
  expect(Math.max(width, height)).toBe(640);
});

test.each<[string, string, string]>([
  ['image.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ['page.html', 'text/html', '<!doctype html><script>alert(1)</script>'],
  ['a.xml', 'application/xml', '<?xml version="1.0"?><svg onload="alert(1)"/>'],
  ['nothing', 'application/octet-stream', '\0\u0001\u0002'],
])('%s can do nothing in a browser', async (name, contentType, content) => {
  const { attachments } = await sendFiles(buyer, { ...text(content, name), contentType });
  const { response, bytes } = await download(attachments[0].url);
  expect(bytes.toString()).toBe(content);
  expect(response.headers.get('content-type')).not.toMatch(/html|svg|javascript/);
  expect(response.headers.get('content-disposition')).toMatch(/^attachment;/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'; sandbox/);
});

test.each(['../../../etc/passwd', 'a"b\\c;d.txt', 'ünïcode 😀.txt', '\u202egpj.exe', '%2e%2e%2f'])(
  'a name is only a name: %j',
  async (name) => {
    const { attachments } = await sendFiles(buyer, text('x', name));
    expect(attachments[0].name).toBe(name);
    const { response } = await download(attachments[0].url);
    expect(response.status).toBe(200);
    const header = response.headers.get('content-disposition') ?? '';
    expect(header).toMatch(
      /^attachment; filename="[^"\\/]*"; filename\*=UTF-8''[\w.%!#$&+^`|~-]+$/,
    );
    const encoded = header.slice(header.indexOf("''") + 2);
    expect(decodeURIComponent(encoded)).not.toMatch(/^\.\.\//);
    expect((await filesBelow(dir)).every((file) => /^[\w./-]+$/.test(file))).toBe(true);
  },
);

describe('what an upload is announced as', () => {
  const good = { name: 'a.txt', size: 3, contentType: 'text/plain' };
  test.each<[string, object, number, RegExp]>([
    ['no name', { ...good, name: undefined }, 400, /^name must be a file's name/],
    ['an empty name', { ...good, name: ' ' }, 400, /^name must be/],
    ['a name with a line in it', { ...good, name: 'a\nb' }, 400, /^name must be/],
    ['a long name', { ...good, name: 'ü'.repeat(128) }, 400, /^name must be/],
    ['no size', { ...good, size: undefined }, 400, /^size must be/],
    ['nothing', { ...good, size: 0 }, 400, /^size must be/],
    ['half a byte', { ...good, size: 0.5 }, 400, /^size must be/],
    ['a size in words', { ...good, size: '3' }, 400, /^size must be/],
    ['too much', { ...good, size: 3_000_001 }, 413, /^size must be at most 3000000 bytes/],
    ['no type', { ...good, contentType: 'image' }, 400, /^contentType must be a media type/],
    ['two lines of type', { ...good, contentType: 'a/b\r\nc: d' }, 400, /^contentType must be/],
  ])('%s', async (_, body, status, detail) => {
    const answer = await rest(first.url, buyer, 'POST', `${api()}/attachments`, body);
    expect(answer.body).toMatchObject({ status, detail: expect.stringMatching(detail) });
  });

  test('by somebody who is no party, or of no conversation', async () => {
    for (const id of [conversationId, randomUUID()]) {
      const answer = await rest(first.url, stranger, 'POST', `${api(id)}/attachments`, good);
      expect(answer.body).toMatchObject({ status: 403, code: 'not_authorized' });
    }
  });
});

describe('attachments that cannot be sent', () => {
  test('unknown, of the other party, or of another conversation', async () => {
    const OWN = /^attachmentIds must be your own attachments of this conversation$/;
    await refuse(buyer, [randomUUID()], 400, OWN);
    const theirs = await upload(first.url, seller, conversationId, text('theirs'));
    await refuse(buyer, [theirs], 400, OWN);
    const other = await newConversation(first.url, buyer, seller);
    const elsewhere = await upload(first.url, buyer, other, text('elsewhere'));
    await refuse(buyer, [elsewhere], 400, OWN);
    const good = await upload(first.url, buyer, conversationId, text('good'));
    await refuse(buyer, [good, elsewhere], 400, OWN);
    // And the good one is not used up.
    expect((await send(buyer, { attachmentIds: [good] })).status).toBe(201);
  });

  test('sent before, also by two nodes at once', async () => {
    const USED = /^attachmentIds must be of files that were not sent before$/;
    const id = await upload(first.url, buyer, conversationId, text('once'));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        send(buyer, { attachmentIds: [id] }, i % 2 === 0 ? first : second),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, ...Array(7).fill(409)]);
    await refuse(buyer, [id], 409, USED);
  });

  test('not uploaded yet', async () => {
    const { body } = await announce(first.url, buyer, conversationId, text('late'));
    await refuse(buyer, [body.attachment.id], 409, /upload/);
    expect((await complete(buyer, body.attachment.id)).body).toMatchObject({ status: 409 });
  });

  test.each<[string, FileToSend, RegExp?]>([
    ['says it is a photo, and is a program', { ...text('#!/bin/sh'), contentType: 'image/jpeg' }],
    ['says it is a picture, and is a page', { ...text('<p>hi</p>'), contentType: 'image/png' }],
    [
      'begins like a photo',
      {
        name: 'x.jpg',
        contentType: 'image/jpeg',
        bytes: Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), randomBytes(500)]),
      },
      /damaged/,
    ],
  ])('%s', async (_, file, why = new RegExp(file.contentType)) => {
    const id = await upload(first.url, buyer, conversationId, file);
    const answer = await complete(buyer, id);
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_message' });
    expect(answer.body.detail).toMatch(why);
    await refuse(buyer, [id], 409, /refused/);
    expect(await filesBelow(dir)).not.toContainEqual(expect.stringContaining(id));
  });

  test('a small file that becomes a huge picture', async () => {
    const bytes = await sharp({
      create: { width: 16_000, height: 16_000, channels: 3, background: 'red' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 9 })
      .toBuffer();
    expect(bytes.byteLength).toBeLessThan(3_000_000);
    const id = await upload(first.url, buyer, conversationId, {
      name: 'bomb.png',
      contentType: 'image/png',
      bytes,
    });
    expect((await complete(buyer, id)).body).toMatchObject({
      status: 400,
      code: 'invalid_message',
    });
    await refuse(buyer, [id], 409, /refused/);
  });
});

test('a retry gets the original; the key with other files is a conflict', async () => {
  const [a, b] = [
    await upload(first.url, buyer, conversationId, text('a')),
    await upload(first.url, buyer, conversationId, text('b')),
  ];
  const clientMessageId = randomUUID();
  const sent = await send(buyer, { clientMessageId, attachmentIds: [a] });
  expect(sent.status).toBe(201);
  const again = await send(buyer, { clientMessageId, attachmentIds: [a] }, second);
  expect(again.status).toBe(200);
  expect(again.body.message).toEqual(sent.body.message);
  expect((await send(buyer, { clientMessageId, attachmentIds: [b] })).status).toBe(409);
  expect((await send(buyer, { clientMessageId, content: 'no files' })).status).toBe(409);
  // The other one is still to be had.
  expect((await send(buyer, { attachmentIds: [b] })).status).toBe(201);
});

test('a retry that waits for its original on another node gets it too', async () => {
  const [a, b, c] = [
    await upload(first.url, buyer, conversationId, text('a')),
    await upload(first.url, buyer, conversationId, text('b')),
    await upload(first.url, buyer, conversationId, text('c')),
  ];
  for (const id of [a, b]) await complete(buyer, id);
  const body = { clientMessageId: randomUUID(), attachmentIds: [a] };
  const answers = await queued(conversationId, [
    () => send(buyer, body),
    () => send(buyer, body, second),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([201, 200]);
  expect(answers[1]?.body).toEqual(answers[0]?.body);

  // Another message with the same files is still refused, and so is another one with the key.
  const clientMessageId = randomUUID();
  const others = await queued(conversationId, [
    () => send(buyer, { clientMessageId, attachmentIds: [b] }),
    () => send(buyer, { clientMessageId: randomUUID(), attachmentIds: [b] }, second),
  ]);
  expect(others.map(({ status }) => status)).toEqual([201, 409]);
  expect(others[1]?.body.detail).toMatch(/not sent before/);
  const other = await send(buyer, { clientMessageId, attachmentIds: [b, c] }, second);
  expect(other.body.detail).toMatch(/^clientMessageId/);
});

/** Each waits for the conversation, in this order: their statements have begun before any of them commits. */
async function queued(id: string, asks: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
  const holder = new Client({ connectionString: databaseUrl });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM conversations WHERE id = $1 FOR UPDATE', [id]);
    const asked: Promise<Answer>[] = [];
    for (const ask of asks) {
      asked.push(ask());
      await expect.poll(() => query(databaseUrl, WAITING)).toHaveLength(asked.length);
    }
    await holder.query('COMMIT');
    return await Promise.all(asked);
  } finally {
    await holder.end();
  }
}

const WAITING = `
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

test('a socket that resumes is given the files of what it missed', async () => {
  const client = await connect(first.wsUrl, seller);
  const { cursor } = await client.next('connected');
  client.socket.close();
  await client.closed;
  const { id, attachments } = await sendFiles(buyer, photo);
  const back = await connect(`${second.wsUrl}?cursor=${cursor}`, seller);
  const { message } = await back.next('new_message', (frame) => frame['message'].id === id);
  expect(message.attachments).toEqual(attachments);
  back.socket.close();
});

describe('a URL', () => {
  test('is good for nobody who changes it', async () => {
    const { attachments } = await sendFiles(buyer, photo);
    const url = new URL(attachments[0].url, first.url);
    const forge = async (change: (url: URL) => void) => {
      const other = new URL(url);
      change(other);
      const { response, bytes } = await download(other.href);
      return [response.status, JSON.parse(bytes.toString()).code];
    };
    const refused = [403, 'not_authorized'];
    expect(await forge((it) => it.searchParams.delete('signature'))).toEqual(refused);
    expect(await forge((it) => it.searchParams.set('signature', 'x'))).toEqual(refused);
    expect(await forge((it) => it.searchParams.set('expires', '99999999999'))).toEqual(refused);
    expect(
      await forge((it) => (it.pathname = it.pathname.replace('original', 'thumbnail'))),
    ).toEqual(refused);
    expect(
      await forge((it) => (it.pathname = it.pathname.replace(attachments[0].id, randomUUID()))),
    ).toEqual(refused);
    const put = await fetch(url.href.replace('/original', ''), { method: 'PUT', body: 'x' });
    expect(put.status).toBe(403);
  });

  test('brings the bytes once, while a browser keeps them', async () => {
    const { attachments } = await sendFiles(buyer, text('kept'));
    const { response } = await download(attachments[0].url);
    const etag = response.headers.get('etag') ?? '';
    const again = await download(attachments[0].url, first, { headers: { 'If-None-Match': etag } });
    expect([again.response.status, again.bytes.byteLength]).toEqual([304, 0]);
    const head = await download(attachments[0].url, first, { method: 'HEAD' });
    expect(head.response.headers.get('content-length')).toBe('4');
  });

  test('of a deleted message leads nowhere, at once and on every node', async () => {
    const { id, attachments } = await sendFiles(buyer, photo);
    const { status } = await rest(first.url, buyer, 'DELETE', `${api()}/messages/${id}`);
    expect(status).toBe(200);
    for (const node of [first, second])
      for (const url of [attachments[0].url, attachments[0].thumbnailUrl])
        expect((await download(url, node)).response.status).toBe(404);
    for (const user of [buyer, seller]) {
      const resource = `${api()}/attachments/${attachments[0].id}`;
      expect((await rest(second.url, user, 'GET', resource)).status).toBe(400);
    }
    const page = await rest(second.url, seller, 'GET', `${api()}/messages?limit=1`);
    expect(page.body.messages[0]).not.toHaveProperty('attachments');
    // Nor can they be sent once more.
    const again = await send(buyer, { attachmentIds: [attachments[0].id] });
    expect(again.status).toBe(409);
  });

  test("of what is not sent is its sender's alone", async () => {
    const id = await upload(first.url, buyer, conversationId, text('not yet'));
    const { body } = await complete(buyer, id);
    expect((await download(body.attachment.url)).bytes.toString()).toBe('not yet');
    const resource = `${api()}/attachments/${id}`;
    expect((await rest(first.url, buyer, 'GET', resource)).status).toBe(200);
    expect((await rest(first.url, seller, 'GET', resource)).status).toBe(400);
    expect((await rest(first.url, stranger, 'GET', resource)).status).toBe(403);
    for (const user of [seller, stranger])
      expect((await complete(user, id)).body).toMatchObject({ status: 400 });
  });

  test('a page of an allowed origin may upload', async () => {
    const { body } = await announce(first.url, buyer, conversationId, text('from a page'));
    const answer = await fetch(new URL(body.upload.url, first.url), {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://shop.example',
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'content-type',
      },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(answer.headers.get('access-control-allow-methods')).toContain('PUT');
  });
});

describe('an upload', () => {
  const bytes = randomBytes(300_000);
  const file = { name: 'random', contentType: 'application/octet-stream', bytes };
  const target = async (): Promise<{ id: string; url: URL }> => {
    const { body } = await announce(first.url, buyer, conversationId, file);
    return { id: body.attachment.id, url: new URL(body.upload.url, first.url) };
  };
  test.each([0, 1, 1_000, 65_536, 150_000, 299_999])(
    'cut after %i bytes leaves nothing, and can be made again',
    async (length) => {
      const { id, url } = await target();
      const before = await filesBelow(dir);
      const sending = beginPut(url, { 'Content-Length': bytes.byteLength });
      sending.on('error', () => undefined);
      sending.flushHeaders();
      if (length > 0) await new Promise((done) => sending.write(bytes.subarray(0, length), done));
      // What has come is being written.
      await sleep(50);
      sending.destroy();
      await until(
        'what was cut to be gone',
        async () => (await filesBelow(dir)).length === before.length,
      );
      expect((await complete(buyer, id)).status).toBe(409);
      const again = await fetch(url, { method: 'PUT', body: bytes });
      expect(again.status).toBe(204);
      const { body } = await complete(buyer, id);
      expect((await download(body.attachment.url)).bytes.equals(bytes)).toBe(true);
    },
  );

  test.each([
    ['less', bytes.subarray(1), 400],
    ['more', Buffer.concat([bytes, Buffer.from('x')]), 413],
    ['much more', Buffer.concat([bytes, Buffer.alloc(5_000_000)]), 413],
  ])('with %s than was announced is refused, and leaves nothing', async (_, body, status) => {
    const { id, url } = await target();
    const answer = await fetch(url, { method: 'PUT', body });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('300000') });
    // Without Content-Length it is found while it comes.
    const chunked = await fetch(url, {
      method: 'PUT',
      body: new Blob([body]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(400);
    expect(await filesBelow(dir)).not.toContainEqual(expect.stringContaining(id));
    expect((await complete(buyer, id)).status).toBe(409);
  });

  test('of what is finished changes nothing', async () => {
    const { id, url } = await target();
    await fetch(url, { method: 'PUT', body: bytes });
    const { body } = await complete(buyer, id);
    expect((await fetch(url, { method: 'PUT', body: randomBytes(300_000) })).status).toBe(409);
    expect((await download(body.attachment.url)).bytes.equals(bytes)).toBe(true);
  });

  test('may be slow, and so may a download', async () => {
    const { id, url } = await target();
    const answered = new Promise<number>((resolve, reject) => {
      const sending = beginPut(url, { 'Content-Length': bytes.byteLength });
      sending.on('response', (response) => resolve(response.statusCode ?? 0));
      sending.on('error', reject);
      void (async () => {
        for (let at = 0; at < bytes.byteLength; at += 30_000) {
          sending.write(bytes.subarray(at, at + 30_000));
          await sleep(100);
        }
        sending.end();
      })();
    });
    expect(await answered).toBe(204);
    const { body } = await complete(buyer, id);
    const { pathname, search } = new URL(body.attachment.url, first.url);
    const socket = connectTcp(first.port, '127.0.0.1');
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      await sleep(5);
      if (received.byteLength > bytes.byteLength) break;
    }
    expect(received.subarray(-bytes.byteLength).equals(bytes)).toBe(true);
  });
});

test('in production without a place for files there are none, and people chat', async () => {
  const { ATTACHMENTS_DIR: _, ...env } = clusterEnv(await createDatabase());
  const node = await nodeForTest({ ...env, NODE_ENV: 'production' });
  const id = await newConversation(node.url, buyer, seller);
  expect((await announce(node.url, buyer, id, text('x'))).body).toMatchObject({
    status: 409,
    detail: 'no files can be sent here',
  });
  const sent = await rest(node.url, buyer, 'POST', `${api(id)}/messages`, { content: 'hello' });
  expect(sent.status).toBe(201);
  expect(node.output()).toContain('neither ATTACHMENTS_DIR nor S3_BUCKET is set');
});

import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Disposer } from '../src/lib/disposer.ts';
import { type User, newConversation, newUser, rest } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { VERSITYGW_MISSING } from './support/find-versitygw.ts';
import { clusterEnv } from './support/node-process.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';
import { announce, upload } from './support/upload.ts';
import { Versitygw } from './support/versitygw.ts';

const server = await Versitygw.start();
if (server === undefined) console.log(`the tests of S3 did not run: ${VERSITYGW_MISSING}`);

describe.skipIf(server === undefined)('files in S3, by two nodes', () => {
  const closing = new Disposer();
  const s3 = server as Versitygw;
  let nodes: readonly NodeProcess[];
  let buyer: User;
  let seller: User;
  let conversationId: string;

  beforeAll(async () => {
    closing.defer(() => s3[Symbol.asyncDispose]());
    const { bucket, endpoint = '', credentials } = s3.settings;
    const env = {
      ...clusterEnv(await createDatabase()),
      ATTACHMENTS_DIR: '',
      S3_BUCKET: bucket,
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
      S3_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
      S3_FORCE_PATH_STYLE: 'true',
      LOG_LEVEL: 'trace',
    };
    nodes = await Promise.all([startNode(env), startNode(env)]);
    for (const node of nodes) closing.defer(() => node.kill('SIGKILL'));
    [buyer, seller] = await Promise.all([newUser(), newUser()]);
    conversationId = await newConversation(first().url, buyer, seller);
  });
  afterAll(() => closing[Symbol.asyncDispose]());

  const first = (): NodeProcess => nodes[0] as NodeProcess;
  const second = (): NodeProcess => nodes[1] as NodeProcess;
  const api = () => `/api/conversations/${conversationId}`;
  const send = (id: string) =>
    rest(second().url, buyer, 'POST', `${api()}/messages`, { attachmentIds: [id] });

  test('go past the nodes, both ways, until their message is deleted', async () => {
    const bytes = await sharp({
      create: { width: 800, height: 600, channels: 3, background: 'teal' },
    })
      .jpeg()
      .toBuffer();
    const photo = { name: 'Rad "rot".jpg', contentType: 'image/jpeg', bytes };
    const { body: announced } = await announce(first().url, buyer, conversationId, photo);
    expect(announced.upload.url.startsWith(s3.settings.endpoint ?? '')).toBe(true);
    const id = await upload(first().url, buyer, conversationId, photo);
    const { status, body } = await send(id);
    expect(status).toBe(201);
    const [shown] = body.message.attachments;
    expect(shown).toMatchObject({ width: 800, height: 600, contentType: 'image/jpeg' });

    for (const url of [shown.url, shown.thumbnailUrl]) {
      const step = await fetch(first().url + url, { redirect: 'manual' });
      expect(step.status).toBe(302);
      expect(step.headers.get('cache-control')).toBe('no-store');
      expect(step.headers.get('location')?.startsWith(s3.settings.endpoint ?? '')).toBe(true);
    }
    const answer = await fetch(first().url + shown.url);
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(answer.headers.get('content-disposition')).toMatch(/^inline; filename="Rad _rot_\.jpg"/);
    expect(Buffer.from(await answer.arrayBuffer())).toHaveLength(shown.size);

    await rest(first().url, buyer, 'DELETE', `${api()}/messages/${body.message.id}`);
    for (const node of nodes)
      expect((await fetch(node.url + shown.url, { redirect: 'manual' })).status).toBe(404);
  });

  test('a page is never shown, only saved', async () => {
    const bytes = Buffer.from('<!doctype html><script>alert(1)</script>');
    const id = await upload(first().url, buyer, conversationId, {
      name: 'page.html',
      contentType: 'text/html',
      bytes,
    });
    const [shown] = (await send(id)).body.message.attachments;
    const answer = await fetch(second().url + shown.url);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(answer.headers.get('content-type')).not.toMatch(/html/);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
  });

  test('S3 away: said to the client and the operator, without secrets; well again when it is back', async () => {
    const file = {
      name: 'a',
      contentType: 'application/octet-stream',
      bytes: randomBytes(1_000),
    };
    const id = await upload(first().url, buyer, conversationId, file);
    await s3.stop();
    const answer = await send(id);
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) });
    // Chat goes on.
    const text = { content: 'without a file' };
    expect((await rest(first().url, buyer, 'POST', `${api()}/messages`, text)).status).toBe(201);
    await s3.startAgain();
    await expect.poll(async () => (await send(id)).status).toBe(201);
    const said = nodes.map((node) => node.output()).join('');
    expect(said).toContain('attachments can not be stored or read');
    expect(said).not.toContain(s3.settings.credentials?.secretAccessKey);
    expect(said).not.toContain('X-Amz-Signature');
  });
});

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../src/lib/free-port.ts';
import { startBalancer } from './support/balancer.ts';
import { newConversation, newUser, rest } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { filesBelow } from './support/files-below.ts';
import { announce, upload } from './support/upload.ts';

const ADDRESSES = ['127.0.0.2', '127.0.0.3'] as const;
const MB = 1_000_000;

const file = (size: number) => ({
  name: 'a-file.bin',
  contentType: 'application/octet-stream',
  bytes: randomBytes(size),
});

describe.each(['nginx', 'haproxy'] as const)('behind %s', (name) => {
  test('20 MB go up and come down, the largest file and not a byte more, and no signature is logged', async () => {
    const ports = { port: await freePort(), agentCheckPort: await freePort() };
    const dir = await mkdtemp(path.join(tmpdir(), 'parley-files-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const env = {
      ...clusterEnv(await createDatabase()),
      ATTACHMENTS_DIR: dir,
      PORT: String(ports.port),
      AGENT_CHECK_PORT: String(ports.agentCheckPort),
      TRUSTED_PROXIES: '127.0.0.0/8',
    };
    for (const HOST of ADDRESSES) await nodeForTest({ ...env, HOST });
    const balancer = await startBalancer(name, ADDRESSES, ports);
    onTestFinished(() => balancer[Symbol.asyncDispose]());
    const { url } = balancer;
    await expect.poll(async () => (await fetch(`${url}/healthz`)).status).toBe(200);
    const [buyer, seller] = [await newUser(), await newUser()];
    const conversationId = await newConversation(url, buyer, seller);
    const messages = `/api/conversations/${conversationId}/messages`;

    const big = file(20 * MB);
    const id = await upload(url, buyer, conversationId, big);
    const sent = await rest(url, buyer, 'POST', messages, { attachmentIds: [id] });
    expect(sent.status).toBe(201);
    const shown = await rest(url, seller, 'GET', messages);
    const download = await fetch(url + shown.body.messages[0].attachments[0].url);
    expect(download.headers.get('content-length')).toBe(String(big.bytes.length));
    expect(Buffer.from(await download.arrayBuffer()).equals(big.bytes)).toBe(true);

    await upload(url, buyer, conversationId, file(26_214_400));
    const before = (await filesBelow(dir)).length;
    const { body } = await announce(url, buyer, conversationId, file(1));
    const tooMuch = await put(url + body.upload.url, 26_214_401);
    expect(tooMuch).toMatchObject({ status: 413, body: { code: 'attachment_too_large' } });
    const forged = await put(`${url}${body.upload.url}x`, 20 * MB);
    expect(forged).toMatchObject({ status: 403, body: { code: 'not_authorized' } });
    // Also to a client that does not wait for the answer.
    for (let i = 0; i < 5; i += 1)
      for (const [change, status] of [
        ['', 413],
        ['x', 403],
      ] as const) {
        const target = url + body.upload.url + change;
        const answer = await fetch(target, { method: 'PUT', body: big.bytes });
        expect(answer.status).toBe(status);
      }
    expect(await filesBelow(dir)).toHaveLength(before);

    const line = new RegExp(`path\\W+${new URL(body.upload.url, url).pathname}\\W`);
    await expect.poll(() => balancer.log()).toMatch(line);
    expect(balancer.log()).not.toContain('signature');
    expect(balancer.log()).not.toContain('a-file');
  }, 60_000);
});

/** Says how much it will send, and sends none of it before the answer. */
async function put(url: string, size: number): Promise<{ status: number; body: unknown }> {
  const outgoing = request(url, {
    method: 'PUT',
    agent: false,
    headers: { 'content-type': 'application/octet-stream', 'content-length': size },
  });
  outgoing.flushHeaders();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const body = await json(response);
  outgoing.destroy();
  return { status: response.statusCode ?? 0, body };
}

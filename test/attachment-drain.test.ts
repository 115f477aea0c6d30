import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { filesBelow } from './support/files-below.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { announce } from './support/upload.ts';

const SIZE = 1_000_000;

/** An upload of which half has come, and its node. */
async function halfWay(DRAIN_SECONDS: string) {
  const dir = await mkdtemp(path.join(tmpdir(), 'parley-attachments-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const env = { ...clusterEnv(await createDatabase()), ATTACHMENTS_DIR: dir, DRAIN_SECONDS };
  const node = await nodeForTest(env);
  const buyer = await newUser();
  const conversationId = await newConversation(node.url, buyer, await newUser());
  const bytes = randomBytes(SIZE);
  const file = { name: 'random', contentType: 'application/octet-stream', bytes };
  const { body } = await announce(node.url, buyer, conversationId, file);
  const headers = { 'Content-Length': SIZE };
  const put = request(new URL(body.upload.url, node.url), { method: 'PUT', headers });
  const answered = new Promise<number | string>((resolve) => {
    put.on('response', (response) => resolve(response.statusCode ?? 0));
    put.on('error', (error) => resolve(error.message));
  });
  await new Promise((resolve) => put.write(bytes.subarray(0, SIZE / 2), resolve));
  await expect.poll(() => filesBelow(dir)).toHaveLength(1);
  return { node, dir, put, answered, rest: bytes.subarray(SIZE / 2) };
}

test('a node that drains waits for an upload as long as for its sockets', async () => {
  const { node, put, answered, rest } = await halfWay('20');
  node.kill('SIGTERM');
  // Longer than for other requests.
  for (let sent = 0; sent < rest.length; sent += 50_000) {
    put.write(rest.subarray(sent, sent + 50_000));
    await sleep(700);
  }
  put.end();
  expect(await answered).toBe(204);
  expect(await node.exited).toBe(0);
});

test('and no longer: then nothing stays of it', async () => {
  const { node, dir, answered } = await halfWay('1');
  node.kill('SIGTERM');
  expect(await node.exited).toBe(0);
  expect(await answered).toMatch(/socket hang up|ECONNRESET/);
  expect(await filesBelow(dir)).toEqual([]);
});

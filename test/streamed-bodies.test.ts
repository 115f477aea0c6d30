import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readlink, rm, truncate } from 'node:fs/promises';
import { type Socket, connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type User, newConversation, newUser, rest } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { filesBelow } from './support/files-below.ts';
import { scrape } from './support/metrics.ts';
import { clusterEnv } from './support/node-process.ts';
import { type NodeProcess, startNode } from './support/spawn-node.ts';
import { until } from './support/until.ts';
import { announce, upload } from './support/upload.ts';

/** uWebSockets.js looks every 4 s at who has been silent for 10 s. */
const CUT_MS = 16_000;

let dir: string;
let node: NodeProcess;
let buyer: User;
let conversationId: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'parley-attachments-'));
  node = await startNode({ ...clusterEnv(await createDatabase()), ATTACHMENTS_DIR: dir });
  buyer = await newUser();
  conversationId = await newConversation(node.url, buyer, await newUser());
});
afterAll(async () => {
  node.kill('SIGKILL');
  await node.exited;
  await rm(dir, { recursive: true });
});

const random = (size: number) => ({
  name: 'random',
  contentType: 'application/octet-stream',
  bytes: randomBytes(size),
});
/** Announces so many bytes. @returns where they go: path and query */
async function target(size: number): Promise<string> {
  const { status, body } = await announce(node.url, buyer, conversationId, random(size));
  expect(status).toBe(201);
  return body.upload.url as string;
}
/** @returns the path and query of a file of so many bytes */
async function finished(size: number): Promise<string> {
  const id = await upload(node.url, buyer, conversationId, random(size));
  const resource = `/api/conversations/${conversationId}/attachments/${id}/complete`;
  const { body } = await rest(node.url, buyer, 'POST', resource, {});
  return body.attachment.url as string;
}
/** Sends the head of a request. */
function ask(method: string, url: string, more = ''): Socket {
  const socket = connectTcp(node.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`${method} ${url} HTTP/1.1\r\nHost: parley\r\n${more}\r\n`);
  return socket;
}
/** All that comes until the node closes the connection. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.resume();
  await new Promise((resolve) => void socket.on('close', resolve));
  return text;
}
/** The objects that the node has open. */
async function openFiles(): Promise<string[]> {
  const folder = `/proc/${node.pid}/fd`;
  const links = (await readdir(folder)).map((fd) => readlink(path.join(folder, fd)));
  const files = await Promise.all(links.map((link) => link.catch(() => '')));
  return files.filter((file) => file.startsWith(path.join(dir, 'objects')));
}

describe.concurrent('a client that is slow', () => {
  test('may upload less than a KiB a second', async () => {
    const socket = ask('PUT', await target(16_000), 'Content-Length: 16000\r\n');
    const answered = new Promise<string>((resolve) => {
      socket.on('data', (chunk: Buffer) => resolve(chunk.toString()));
    });
    for (let sent = 0; sent < 16_000; sent += 500) {
      socket.write(randomBytes(500));
      await sleep(CUT_MS / 32);
    }
    expect(await answered).toMatch(/^HTTP\/1\.1 204 No Content\r\n/);
    expect(await answered).not.toMatch(/content-length/i);
    // And the connection is good for another request.
    socket.write('GET /healthz HTTP/1.1\r\nHost: parley\r\nConnection: close\r\n\r\n');
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test('and stops in the middle of an upload is cut, and nothing stays', async () => {
    const url = await target(1_000_000);
    const id = url.slice('/api/attachments/'.length, url.indexOf('?'));
    const socket = ask('PUT', url, 'Content-Length: 1000000\r\n');
    socket.write(randomBytes(500_000));
    expect(await readAll(socket)).toBe('');
    expect((await filesBelow(dir)).filter((file) => file.includes(id))).toEqual([]);
  });

  // Open files are read from /proc.
  test.skipIf(process.platform !== 'linux')('and takes nothing of a download is cut', async () => {
    const url = await finished(20_000_000);
    const socket = ask('GET', url);
    socket.pause();
    await until('the file to be open', async () => (await openFiles()).length > 0);
    await until('the file to be closed', async () => (await openFiles()).length === 0, CUT_MS);
    expect((await readAll(socket)).length).toBeLessThan(20_000_000);
  });
});

describe('an upload that is refused', () => {
  test.each([
    ['too much', (url: string) => url, 413],
    ['forged', (url: string) => url.replace(/signature=..../, 'signature=AAAA'), 403],
  ])('is not read: %s', async (_, change, status) => {
    const socket = ask('PUT', change(await target(1_000)), 'Content-Length: 2000000000\r\n');
    socket.write(randomBytes(100_000));
    const answer = await readAll(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/connection: close/i);
  });

  test.each([
    ['no id', '/api/attachments/x/y?expires=1&signature=z', 400],
    ['no signature', '/api/attachments/{id}/{id}', 403],
  ])('%s', async (_, url, status) => {
    const put = url.replaceAll('{id}', conversationId);
    const answer = await fetch(node.url + put, { method: 'PUT', body: randomBytes(2_000_000) });
    expect(answer.status).toBe(status);
  });
});

test('a download that is broken off closes its file', async () => {
  const socket = ask('GET', await finished(20_000_000));
  await new Promise((resolve) => void socket.once('data', resolve));
  socket.destroy();
  await expect.poll(openFiles).toEqual([]);
});

/** What 150 requests at once are answered with. */
async function statuses(url: URL): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: 150 }, () => fetch(url)));
  return [...new Set(answers.map(({ status }) => status))].toSorted((a, b) => a - b);
}

test('a download whose object is cut short is cut, and the operator is told', async () => {
  const before = new Set(await filesBelow(dir));
  const url = await finished(20_000_000);
  const object = (await filesBelow(dir)).find((file) => !before.has(file)) ?? '';
  const socket = ask('GET', url);
  socket.pause();
  await until('the file to be open', async () => (await openFiles()).length > 0);
  await truncate(path.join(dir, object), 10_000_000);
  expect((await readAll(socket)).length).toBeLessThan(20_000_000);
  await expect.poll(() => node.output()).toContain('a body ended before its size');
});

test('many may look at a file; only who forges is limited', async () => {
  const url = new URL(await finished(10), node.url);
  expect(await statuses(url)).toEqual([200]);
  const forged = new URL(url.href.replace(/signature=..../, 'signature=AAAA'));
  expect(await statuses(forged)).toEqual([403, 429]);
  expect(await statuses(url)).toEqual([200]);
});

test('metrics count what passed through', async () => {
  const series = [
    'parley_attachment_bytes_total{direction="received"}',
    'parley_attachment_bytes_total{direction="sent"}',
    'parley_attachments_finished_total{outcome="ready"}',
  ];
  const before = await scrape(node.url);
  const url = await finished(1_000_000);
  await fetch(node.url + url).then((answer) => answer.arrayBuffer());
  const after = await scrape(node.url);
  expect(series.map((each) => after.value(each) - before.value(each))).toEqual([
    1_000_000, 1_000_000, 1,
  ]);
});

import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { post } from './post.ts';

/** It answers nothing. */
let server: Server;
let url: string;
let requests: number;
beforeEach(async () => {
  requests = 0;
  server = createServer(() => void (requests += 1)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('what was given up before it began is not sent', async () => {
  await expect(post(url, {}, 'x', AbortSignal.abort())).rejects.toThrow(/aborted/);
  const aborter = new AbortController();
  const next = post(url, {}, 'y', aborter.signal);
  await once(server, 'request');
  expect(requests).toBe(1);
  aborter.abort();
  await expect(next).rejects.toThrow(/aborted/);
});

test('what is given up is closed, and says why', async () => {
  const aborter = new AbortController();
  const asking = post(url, {}, 'x', aborter.signal);
  const [, response] = (await once(server, 'request')) as [unknown, NodeJS.EventEmitter];
  const closed = once(response, 'close');
  aborter.abort(new Error('it took too long'));
  await expect(asking).rejects.toThrow('it took too long');
  await closed;
});

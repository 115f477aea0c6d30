import { readFile, readdir } from 'node:fs/promises';
import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { packagePath } from '../src/lib/package-path.ts';
import type { DemoCatalogue } from '../src/web/demo-catalogue.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { startNode } from './support/spawn-node.ts';

let url: string;
let env: Record<string, string>;
beforeAll(async () => {
  env = clusterEnv(await createDatabase());
  const node = await startNode(env);
  ({ url } = node);
  return async () => {
    node.kill('SIGKILL');
    await node.exited;
  };
});

const get = (path: string, headers: Record<string, string> = {}, at = url): Promise<Response> =>
  fetch(at + path, { headers });

describe('/inbox.js', () => {
  test('any page may load it, also from a node in production', async () => {
    const { url: production } = await nodeForTest({ ...env, NODE_ENV: 'production' });
    for (const at of [url, production]) {
      const answer = await get('/inbox.js', { Origin: 'https://shop.example' }, at);
      expect(answer.status).toBe(200);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        'content-encoding': 'gzip',
        vary: 'Accept-Encoding, Origin',
      });
      expect(await answer.text()).toBe(await readFile(packagePath('dist/web/inbox.js'), 'utf8'));
    }
  });

  test('what it loads later is there as well, and nothing of the node itself', async () => {
    const code = await (await get('/inbox.js')).text();
    const names = [...code.matchAll(/import\("\.\/(inbox\.\w+\.js)"\)/g)].map(([, name]) => name);
    const lazy = ['ar', 'catalogue', 'de', 'en'].map((it) => `inbox.${it}.js`);
    expect(new Set(names)).toEqual(new Set(lazy));
    for (const name of names) {
      const answer = await get(`/${name}`, { Origin: 'https://shop.example' });
      expect([name, answer.status]).toEqual([name, 200]);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    }
    expect((await get('/inbox-script.js')).status).toBe(404);
  });

  test('its own page, which sends no Origin, may load it too', async () => {
    const answer = await get('/inbox.js', { Origin: url });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test.each(['identity', 'gzip;q=0', 'br, gzip; q=0.0'])(
    'as it is for Accept-Encoding: %s',
    async (accepted) => {
      const answer = await get('/inbox.js', { 'Accept-Encoding': accepted });
      expect(answer.headers.get('content-encoding')).toBeNull();
      expect(await answer.text()).toContain('parley-inbox');
    },
  );

  test('who has it gets 304 without a body', async () => {
    const tag = (await get('/inbox.js')).headers.get('etag') ?? '';
    for (const known of [tag, `"other", ${tag}`, tag.replace('W/', '')]) {
      const answer = await get('/inbox.js', { 'If-None-Match': known });
      expect(answer.status).toBe(304);
      expect(answer.headers.get('etag')).toBe(tag);
      expect(await answer.text()).toBe('');
    }
    expect((await get('/inbox.js', { 'If-None-Match': '"other"' })).status).toBe(200);
  });
});

test('/parley-sw.js, for pages of this origin, is looked for at each visit', async () => {
  const answer = await get('/parley-sw.js');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'no-cache',
    'content-encoding': 'gzip',
    'x-content-type-options': 'nosniff',
  });
  expect(await answer.text()).toContain('notificationclick');
  const known = answer.headers.get('etag') ?? '';
  expect((await get('/parley-sw.js', { 'If-None-Match': known })).status).toBe(304);
  expect((await get('/parley-sw.js.map')).status).toBe(200);
});

describe('the demo', () => {
  test('its page allows nothing but files of its own', async () => {
    const answer = await get('/');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(answer.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    const html = await answer.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=/);
    for (const [, path = ''] of html.matchAll(/(?:src|href)="(\/[^"?]*)/g))
      expect([path, (await get(path)).status]).toEqual([path, 200]);
  });

  test('has several listings of several sellers, with pictures of its own', async () => {
    const { listings, people } = (await (await get('/demo/catalogue')).json()) as DemoCatalogue;
    expect(listings.length).toBeGreaterThanOrEqual(6);
    expect(new Set(listings.map(({ sellerId }) => sellerId)).size).toBeGreaterThan(1);
    for (const { pictureUrl } of [...listings, ...people]) {
      const answer = await get(pictureUrl);
      expect([pictureUrl, answer.status]).toEqual([pictureUrl, 200]);
      expect(answer.headers.get('content-type')).toBe('image/svg+xml');
    }
  });

  test('gives everybody there short-lived tokens, and nobody else', async () => {
    const { people } = (await (await get('/demo/catalogue')).json()) as DemoCatalogue;
    for (const { key, id } of people) {
      const answer = await get(`/demo/token?as=${key}`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const { token } = (await answer.json()) as { token: string };
      const { sub, iat = 0, exp = 0 } = decodeJwt(token);
      expect({ sub, seconds: exp - iat }).toEqual({ sub: id, seconds: 300 });
      const list = await get('/api/conversations', { Authorization: `Bearer ${token}` });
      expect(list.status).toBe(200);
    }
    expect((await get('/demo/token?as=root')).status).toBe(404);
    expect((await get('/demo/token')).status).toBe(404);
  });

  test('is never limited: everybody there is at one address', async () => {
    const paths = ['/', '/demo/page.js', '/demo/catalogue', '/demo/token?as=buyer'];
    for (const path of paths) {
      const answers = await Promise.all(Array.from({ length: 150 }, () => get(path)));
      const statuses = new Set(answers.map(({ status }) => status));
      expect([path, ...statuses]).toEqual([path, 200]);
    }
  });

  test('is not there in production', async () => {
    const { url: production } = await nodeForTest({ ...env, NODE_ENV: 'production' });
    for (const path of ['/', '/demo', '/demo/token?as=buyer', '/demo/catalogue', '/demo/page.js'])
      expect([path, (await get(path, {}, production)).status]).toEqual([path, 404]);
  });
});

test('every file that the build made for the page is served', async () => {
  const entries = await readdir(packagePath('dist/web/demo'), {
    recursive: true,
    withFileTypes: true,
  });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'index.html');
  expect(files.length).toBeGreaterThan(10);
  for (const { name, parentPath } of files) {
    const path = `${parentPath}/${name}`.slice(packagePath('dist/web').length);
    expect([path, (await get(path)).status]).toEqual([path, 200]);
  }
});

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalStore, openLocalStore } from '../src/attachments/local-store.ts';
import { type ObjectStore, StoreError, WrongSize } from '../src/attachments/object-store.ts';
import { type S3Store, openS3Store } from '../src/attachments/s3-store.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import { filesBelow } from './support/files-below.ts';
import { Tmpfs, canMount } from './support/tmpfs.ts';
import { VERSITYGW_MISSING } from './support/find-versitygw.ts';
import { Versitygw } from './support/versitygw.ts';

const newKey = (): string => `${randomUUID()}/${randomUUID()}/upload`;
const inAMinute = (): Date => new Date(Date.now() + 60_000);

async function* cutOff(): AsyncGenerator<Buffer> {
  yield randomBytes(50_000);
  throw new Error('the client went away');
}

interface Subject {
  readonly store: ObjectStore;
  /** The files that are really there. */
  readonly files: () => Promise<string[]>;
  /** A new one, on the disk of unfinished files. */
  readonly folder: () => Promise<string>;
}

const logger = createLogger('silent');
const gateway = await Versitygw.start();
if (gateway === undefined) console.log(`the tests of S3 did not run: ${VERSITYGW_MISSING}`);
const closing = new Disposer();
afterAll(() => closing[Symbol.asyncDispose]());
if (gateway !== undefined) closing.defer(() => gateway[Symbol.asyncDispose]());

async function openLocal(): Promise<Subject> {
  const dir = await mkdtemp(path.join(tmpdir(), 'parley-store-'));
  closing.defer(() => rm(dir, { recursive: true }));
  const store = await openLocalStore(dir);
  const folder = () => mkdtemp(path.join(store.incoming, 'work-'));
  return { store, files: () => filesBelow(path.join(dir, 'objects')), folder };
}

function openS3(server: Versitygw): Subject {
  const store = openS3Store(server.settings, logger);
  closing.defer(() => store.close());
  const folder = async () => {
    const made = await mkdtemp(path.join(tmpdir(), 'parley-work-'));
    closing.defer(() => rm(made, { recursive: true }));
    return made;
  };
  return { store, files: () => server.files(), folder };
}

describe.each([
  { name: 'the local disk', open: openLocal },
  ...(gateway === undefined ? [] : [{ name: 'S3', open: () => Promise.resolve(openS3(gateway)) }]),
])('an object store on $name', ({ open }) => {
  let store: ObjectStore;
  let files: Subject['files'];
  let folder: Subject['folder'];
  beforeAll(async () => ({ store, files, folder } = await open()));

  const write = (key: string, bytes: Buffer, size = bytes.length): Promise<void> =>
    store.write(key, Readable.from([bytes]), size);
  const read = async (key: string): Promise<Buffer | undefined> => {
    const found = await store.read(key);
    return found && buffer(found.stream);
  };
  const list = async (prefix: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const key of store.list(prefix)) keys.push(key);
    return keys.toSorted();
  };

  test('gives back what was written, and its size', async () => {
    const key = newKey();
    const bytes = randomBytes(3_000_000);
    await store.write(
      key,
      (async function* chunks() {
        for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000);
      })(),
      bytes.length,
    );
    const found = await store.read(key);
    expect(found?.size).toBe(bytes.length);
    expect((await read(key))?.equals(bytes)).toBe(true);
    found?.stream.destroy();
  });

  test('replaces what is written again', async () => {
    const key = newKey();
    await write(key, Buffer.from('first'));
    await write(key, Buffer.from('second one'));
    expect(String(await read(key))).toBe('second one');
  });

  test('copies to a file, which later writes do not change', async () => {
    const key = newKey();
    const file = path.join(await folder(), 'copy');
    await write(key, Buffer.from('before'));
    expect(await store.copyTo(newKey(), 6, file)).toBeUndefined();
    expect(await store.copyTo(key, 7, file)).toBe(6);
    expect(await store.copyTo(key, 6, file)).toBe(6);
    await write(key, Buffer.from('after it'));
    expect(await readFile(file, 'utf8')).toBe('before');
  });

  test('adopts a file', async () => {
    const key = newKey();
    const file = path.join(await folder(), 'made');
    await writeFile(file, 'what was made');
    expect(await store.adopt(key, file)).toBe(13);
    expect(String(await read(key))).toBe('what was made');
  });

  test('has nothing under a key nobody wrote', async () => {
    expect(await store.read(newKey())).toBeUndefined();
    await expect(store.remove([newKey()])).resolves.toBeUndefined();
    expect(await list(`${randomUUID()}/`)).toEqual([]);
  });

  test('lists by conversation and by attachment, and removes', async () => {
    const first = newKey();
    const conversation = first.slice(0, 37);
    const attachment = first.slice(0, 74);
    const second = `${attachment}other`;
    const third = `${conversation}${randomUUID()}/upload`;
    for (const key of [first, second, third, newKey()]) await write(key, Buffer.from('x'));
    expect(await list(attachment)).toEqual([first, second].toSorted());
    expect(await list(conversation)).toEqual([first, second, third].toSorted());
    await store.remove([first, third]);
    expect(await list(conversation)).toEqual([second]);
    expect(await read(first)).toBeUndefined();
  });

  test.each([0, 1, 99_999, 100_001, 300_000])(
    'of a source of %i bytes instead of 100,000 nothing stays',
    async (length) => {
      const before = await files();
      await expect(write(newKey(), randomBytes(length), 100_000)).rejects.toThrow(WrongSize);
      expect(await files()).toEqual(before);
    },
  );

  test('a source that fails says so itself, and leaves what was there', async () => {
    const key = newKey();
    await write(key, Buffer.from('whole'));
    const before = await files();
    await expect(store.write(key, cutOff(), 100_000)).rejects.toThrow('the client went away');
    expect(await files()).toEqual(before);
    expect(String(await read(key))).toBe('whole');
  });

  test.each([
    '../../etc/passwd',
    `${randomUUID()}/${randomUUID()}/../x`,
    `${randomUUID()}/${randomUUID()}/a b`,
    `${randomUUID()}/upload`,
    `/${randomUUID()}/${randomUUID()}/upload`,
    '',
  ])('refuses the key %j', async (key) => {
    await expect(write(key, Buffer.from('x'))).rejects.toThrow(TypeError);
    await expect(store.read(key)).rejects.toThrow(TypeError);
    await expect(store.remove([key])).rejects.toThrow(TypeError);
    await expect(list(key)).rejects.toThrow(TypeError);
  });
});

describe.skipIf(gateway === undefined)('S3', () => {
  let server: Versitygw;
  let store: S3Store;
  beforeAll(async () => {
    server = (await Versitygw.start()) as Versitygw;
    store = openS3Store(server.settings, logger);
    closing.defer(() => server[Symbol.asyncDispose]());
    closing.defer(() => store.close());
  });

  const put = async (
    key: string,
    announced: { size: number; type: string },
    sent: { size: number; type: string },
  ): Promise<number> => {
    const target = await store.uploadTarget(key, announced.size, announced.type, inAMinute());
    expect(target?.headers).toEqual({ 'Content-Type': announced.type });
    const { status } = await fetch(target?.url ?? '', {
      method: 'PUT',
      body: randomBytes(sent.size),
      headers: { 'Content-Type': sent.type },
    });
    return status;
  };

  test('takes from a client exactly the size and type that were signed', async () => {
    const key = newKey();
    const announced = { size: 1_000, type: 'image/png' };
    expect(await put(key, announced, { ...announced, size: 1_001 })).toBe(403);
    expect(await put(key, announced, { ...announced, size: 999 })).toBe(403);
    expect(await put(key, announced, { ...announced, type: 'text/html' })).toBe(403);
    expect(await server.files()).toEqual([]);
    expect(await put(key, announced, announced)).toBe(200);
    expect((await store.read(key))?.size).toBe(1_000);
  });

  test('gives a client the object, with a name and a type', async () => {
    const key = `${randomUUID()}/${randomUUID()}/original`;
    await store.write(key, Readable.from([Buffer.from('hello')]), 5);
    const url = await store.downloadUrl(key, {
      name: 'ü "x".txt',
      contentType: 'text/plain',
      isInline: false,
    });
    const response = await fetch(url ?? '');
    expect(await response.text()).toBe('hello');
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="_ _x_.txt"; filename*=UTF-8''%C3%BC%20%22x%22.txt`,
    );
  });

  /** What each call fails with, and how long it takes all of them, in milliseconds. */
  const failures = async () => {
    const key = newKey();
    const startedAt = performance.now();
    const listed = (async () => {
      for await (const found of store.list(`${randomUUID()}/`)) expect(found).toBe('');
    })();
    const results = await Promise.allSettled([
      store.write(key, Readable.from([randomBytes(5_000_000)]), 5_000_000),
      store.read(key),
      store.remove([key]),
      listed,
    ]);
    return {
      ms: performance.now() - startedAt,
      errors: results.map((result) => result.status === 'rejected' && result.reason.constructor),
    };
  };
  const allFailed = [StoreError, StoreError, StoreError, StoreError];

  test('away: all fails at once, and is well again when it is back', async () => {
    await server.stop();
    const { ms, errors } = await failures();
    expect(errors).toEqual(allFailed);
    expect(ms).toBeLessThan(2_000);
    expect(await store.check()).toBe('ECONNREFUSED');
    await expect(
      store.uploadTarget(`${randomUUID()}/${randomUUID()}/upload`, 1, 'a/b', inAMinute()),
    ).resolves.toBeDefined();
    await server.startAgain();
    expect(await store.check()).toBeUndefined();
  });

  test('hanging: all fails within some seconds', { timeout: 60_000 }, async () => {
    server.freeze();
    try {
      const { ms, errors } = await failures();
      expect(errors).toEqual(allFailed);
      expect(ms).toBeLessThan(20_000);
    } finally {
      server.thaw();
    }
  });

  test('says what is wrong with the bucket', async () => {
    const wrong = openS3Store({ ...server.settings, bucket: 'nowhere' }, logger);
    closing.defer(() => wrong.close());
    expect(await wrong.check()).toBe('NotFound (404)');
  });
});

test.skipIf(!canMount)(
  'a full disk takes nothing, leaves nothing, and goes on when there is room',
  async () => {
    const disk = await Tmpfs.mount('1m');
    closing.defer(() => disk[Symbol.asyncDispose]());
    const store = await openLocalStore(disk.dir);
    const write = (size: number): Promise<void> =>
      store.write(newKey(), Readable.from([randomBytes(size)]), size);
    const failure = await write(2_000_000).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreError);
    expect(String(failure)).toContain('it is full (ENOSPC)');
    expect(await filesBelow(disk.dir)).toEqual([]);
    await write(500_000);
    expect(await filesBelow(disk.dir)).toHaveLength(1);
  },
);

test('a draft that somebody removes fails its upload alone', async () => {
  const { store } = await openLocal();
  const { incoming } = store as LocalStore;
  async function* removed() {
    yield randomBytes(10);
    for (const name of await readdir(incoming)) await rm(path.join(incoming, name));
    yield randomBytes(10);
  }
  await expect(store.write(newKey(), removed(), 20)).rejects.toThrow(StoreError);
  await store.write(newKey(), Readable.from([randomBytes(20)]), 20);
});

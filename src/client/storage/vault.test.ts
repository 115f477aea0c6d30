import { expect, test } from 'vitest';
import { slowStorage } from '../testing/slow-storage.ts';
import { memoryStorage } from './memory.ts';
import { Vault } from './vault.ts';

test('hands on at once what is set; of one key one after the other and the last; nothing before it is known whose', async () => {
  const written: string[] = [];
  const vault = new Vault({
    entries: () => Promise.resolve([]),
    async set(key, value) {
      written.push(`begin ${key} ${String(value)}`);
      await Promise.resolve();
      written.push(`end ${key}`);
    },
    delete: (key) => Promise.resolve(void written.push(`delete ${key}`)),
  });
  vault.set('a', 0);
  expect(written).toEqual([]);
  vault.open('me/');
  vault.set('a', 1);
  vault.set('a', 2);
  vault.set('b', 1);
  vault.set('b', undefined);
  expect(written).toEqual(['begin me/a 0', 'begin me/b 1']);
  await vault.settle();
  expect(written.filter((what) => what.includes('me/a'))).toEqual([
    'begin me/a 0',
    'end me/a',
    'begin me/a 2',
    'end me/a',
  ]);
  expect(written.filter((what) => what.includes('me/b'))).toEqual([
    'begin me/b 1',
    'end me/b',
    'delete me/b',
  ]);
  vault.set('c', 3);
  await vault.settle();
  expect(written.at(-1)).toBe('end me/c');
});

test('sees its own part alone, in order of key', async () => {
  const storage = memoryStorage();
  await storage.set('other/x', 0);
  await storage.set('me/x/2', 2);
  await storage.set('me/x/1', 1);
  await storage.set('me/y', 3);
  const vault = new Vault(storage);
  expect(await vault.entries('')).toEqual([]);
  vault.open('me/');
  expect(await vault.entries('x/')).toEqual([
    ['x/1', 1],
    ['x/2', 2],
  ]);
});

test('a storage that throws at once writes that key later all the same', async () => {
  const storage = memoryStorage();
  let isFull = true;
  const vault = new Vault({
    ...storage,
    set(key, value) {
      if (isFull) throw new Error('quota');
      return storage.set(key, value);
    },
  });
  vault.open('me/');
  vault.set('a', 1);
  await vault.settle();
  isFull = false;
  vault.set('a', 2);
  await vault.settle();
  expect(await vault.entries('')).toEqual([['a', 2]]);
});

test('what is erased is not written afterwards, though it is just being written', async () => {
  const storage = memoryStorage();
  await storage.set('other/a', 0);
  const vault = new Vault(slowStorage(storage, { set: 5 }));
  vault.open('me/');
  vault.set('a', 1);
  vault.set('a', 2);
  await vault.erase();
  vault.set('b', 1);
  await vault.settle();
  expect(await storage.entries('')).toEqual([['other/a', 0]]);
});

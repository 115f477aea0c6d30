import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readStart } from './read-start.ts';

const streamOf = (...pieces: readonly string[]): Readable =>
  Readable.from(pieces.map((piece) => Buffer.from(piece)));

test('a short answer is read to its end', async () => {
  expect(await readStart(streamOf('{"a":', '"ü"}'), 100)).toBe('{"a":"ü"}');
  expect(await readStart(streamOf(), 100)).toBe('');
});

test('an endless one is given up', async () => {
  const endless = new Readable({
    read() {
      this.push(Buffer.alloc(100, 'x'));
    },
  });
  expect(await readStart(endless, 250)).toBe('x'.repeat(250));
  expect(endless.destroyed).toBe(true);
});

test('one that breaks off, or fails, is no answer', async () => {
  const broken = new Readable({ read: () => undefined });
  broken.push('{"a":');
  const reading = readStart(broken, 100);
  setImmediate(() => broken.destroy());
  await expect(reading).rejects.toThrow('the stream was closed before its end');
  const failing = new Readable({ read: () => undefined });
  const alsoReading = readStart(failing, 100);
  setImmediate(() => failing.destroy(new Error('reset')));
  await expect(alsoReading).rejects.toThrow('reset');
});

import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readStart } from './read-start.ts';

test('a short answer is read to its end', async () => {
  expect(await readStart(new Response('{"a":"ü"}').body, 100)).toBe('{"a":"ü"}');
  expect(await readStart(null, 100)).toBe('');
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

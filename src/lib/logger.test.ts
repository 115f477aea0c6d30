import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logged(err: unknown): unknown {
  let line = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      line += chunk.toString();
      done();
    },
  });
  createLogger('warn', destination).warn({ err }, 'it broke');
  return JSON.parse(line).err;
}

test('an error is logged with its cause and code, and without what a driver attached', () => {
  const error = Object.assign(new Error('refused', { cause: new Error('no such host') }), {
    code: 'ECONNREFUSED',
    detail: 'Failing row contains (a message).',
    client: { secretKey: 7 },
  });
  expect(logged(error)).toEqual({
    type: 'Error',
    message: 'refused: no such host',
    stack: expect.stringContaining('logger.test.ts'),
    code: 'ECONNREFUSED',
  });
});

test('of a statement that failed only the cause is logged, not the parameters', () => {
  const cause = Object.assign(new Error('no such table'), { code: '42P01' });
  const error = Object.assign(new Error('Failed query: INSERT … params: (a message)', { cause }), {
    params: ['(a message)'],
  });
  expect(logged(error)).toMatchObject({ message: 'no such table', code: '42P01' });
});

test('what is no error is logged as text', () => {
  expect(logged('refused')).toBe('refused');
  expect(logged(null)).toBe('null');
});

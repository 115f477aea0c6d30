import { expect, test } from 'vitest';
import { isAboutData, isOutage, isRetryable } from './sql-state.ts';

const withCode = (code: string) => Object.assign(new Error('it failed'), { code });
const kinds = (error: unknown) =>
  [isRetryable, isAboutData, isOutage].filter((is) => is(error)).map((is) => is.name);

test.each([
  ['deadlock_detected', withCode('40P01'), ['isRetryable']],
  ['unique_violation', withCode('23505'), ['isRetryable', 'isAboutData']],
  ['check_violation', withCode('23514'), ['isAboutData']],
  ['admin_shutdown', withCode('57P01'), ['isOutage']],
  ['too_many_connections', withCode('53300'), ['isOutage']],
  ['connection refused', withCode('ECONNREFUSED'), ['isOutage']],
  ['a connection that ended', new Error('Connection terminated unexpectedly'), ['isOutage']],
  ['an outage as a cause', new Error('x', { cause: withCode('ECONNRESET') }), ['isOutage']],
  ['undefined_table', withCode('42P01'), []],
  ['a mistake', new TypeError('x is not a function'), []],
  ['what is no error', 'ECONNRESET', []],
])('%s', (_, error, expected) => {
  expect(kinds(error)).toEqual(expected);
});

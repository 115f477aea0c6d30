import { expect, test } from 'vitest';
import { explainLoadFailure } from './uws.ts';

const ADVICE = /use Node 20 .*glibc 2\.27.*Node 22 or 24 .*glibc 2\.38.*node:24-trixie-slim/;

test('an old glibc is named with the version that is needed', () => {
  const error = new Error(
    "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /app/uws_linux_x64_137.node)",
  );
  const text = explainLoadFailure('v24.1.0', error);
  expect(text).toContain('v24.1.0');
  expect(text).toContain('it needs glibc 2.38 or newer');
  expect(text).toMatch(ADVICE);
});

test.each<[string, unknown]>([
  ['a missing binary', new Error('Cannot find module ./uws_linux_x64_111.node')],
  ['what is no Error', 'boom'],
])('%s: there is none for this platform', (_, error) => {
  const text = explainLoadFailure('v18.0.0', error);
  expect(text).toContain('v18.0.0');
  expect(text).toContain('there is no binary for this platform');
  expect(text).toMatch(ADVICE);
  expect(text).not.toContain('\n');
});

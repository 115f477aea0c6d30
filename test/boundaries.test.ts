import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packagePath } from '../src/lib/package-path.ts';

/** Lints one import as if it stood in a file of this folder. */
function lint(folder: string, imported: string): string {
  const place = mkdtempSync(path.join(packagePath(`src/${folder}`), 'boundary-'));
  const file = path.join(place, 'probe.ts');
  try {
    writeFileSync(file, `import * as probe from '${imported}';\nexport const used = probe;\n`);
    const { stdout } = spawnSync(packagePath('node_modules/.bin/oxlint'), [file], {
      cwd: packagePath('.'),
      encoding: 'utf8',
    });
    return stdout;
  } finally {
    rmSync(place, { recursive: true });
  }
}

const forbidden: [string, string][] = [
  ['hub', 'uWebSockets.js'],
  ['workers', 'uWebSockets.js'],
  ['workers', 'ioredis'],
  ['conversations', 'uWebSockets.js'],
  ['messages', 'ioredis'],
  ['transport', 'ioredis'],
  ['hub', 'ioredis'],
  ['transport', '../../app.ts'],
  ['transport', '../../metrics/metrics.ts'],
  ['hub', '../../transport/ws.ts'],
  ['conversations', '../../hub/hub.ts'],
  ['messages', '../../transport/http.ts'],
  ['db', '../../messages/send.ts'],
  ['bus', '../../hub/hub.ts'],
  ['auth', '../../db/pool.ts'],
  ['limits', 'ioredis'],
  ['limits', '../../bus/redis-connect.ts'],
  ['limits', '../../transport/ws.ts'],
  ['db', '../../limits/limits.ts'],
  ['lib', '../../config.ts'],
  ['protocol', '../../lib/logger.ts'],
];

test.each(forbidden)('src/%s may not import %s', (folder, imported) => {
  expect(lint(folder, imported)).toContain('no-restricted-imports');
});

test.each([
  ['transport', 'uWebSockets.js'],
  ['bus', 'ioredis'],
  ['transport', '../../limits/limits.ts'],
  ['limits', '../../lib/recent-map.ts'],
  ['hub', '../../messages/send.ts'],
  ['messages', '../../protocol/errors.ts'],
])('src/%s may import %s', (folder, imported) => {
  expect(lint(folder, imported)).not.toContain('no-restricted-imports');
});

const K6_FOLDER = '../loadtest/k6/lib';

test.each(['../../../src/lib/run.ts', 'node:fs', 'kleur'])(
  'what k6 runs may not import %s',
  (imported) => {
    expect(lint(K6_FOLDER, imported)).toContain('no-restricted-imports');
  },
);

test.each(['k6/http', './wait.ts'])('what k6 runs may import %s', (imported) => {
  expect(lint(K6_FOLDER, imported)).not.toContain('no-restricted-imports');
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packagePath } from '../src/lib/package-path.ts';

/** Lints one import as if it stood in a file of this folder. */
function lint(folder: string, imported: string, keyword = 'import'): string {
  const place = mkdtempSync(path.join(packagePath(`src/${folder}`), 'boundary-'));
  const file = path.join(place, 'probe.ts');
  try {
    writeFileSync(file, `${keyword} * as probe from '${imported}';\nexport const used = probe;\n`);
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
  ['messages', '../../attachments/urls.ts'],
  ['attachments', 'uWebSockets.js'],
  ['attachments', '../../messages/send.ts'],
  ['attachments', '../../bus/bus.ts'],
  ['db', '../../attachments/keys.ts'],
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
  ['hub', '../../client/types.ts'],
  ['web', '../inbox/parley-inbox.ts'],
  ['web', '../page/inbox.ts'],
  ['client', 'lit'],
  ['client', 'zod'],
  ['client', 'node:crypto'],
  ['client', 'uWebSockets.js'],
  ['client', '../../protocol/limits.ts'],
  ['client', '../../lib/backoff.ts'],
  ['client', '../../config.ts'],
  ['client', '../../web/inbox/context.ts'],
  ['web/inbox', 'ioredis'],
  ['web/inbox', 'uWebSockets.js'],
  ['web/inbox', 'node:fs'],
  ['web/inbox', 'literal'],
  ['web/inbox', '../../../lib/group-by.ts'],
  ['web/inbox', '../../../protocol/resources.ts'],
  ['web/inbox', '../../page/page.ts'],
  ['web', '../worker/scope.ts'],
  ['web/inbox', '../../worker/push.ts'],
  ['web/worker', 'lit'],
  ['web/worker', '../../../client/types.ts'],
  ['web/worker', '../../../protocol/limits.ts'],
  ['web/worker', '../../inbox/context.ts'],
  ['web/page', 'lit'],
  ['web/page', '../../../client/types.ts'],
  ['web/page', '../../inbox/context.ts'],
  ['web/page', '../../demo-catalogue.ts'],
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
  ['client', '../types.ts'],
  ['web/inbox', 'lit'],
  ['web/inbox', 'lit/directives/repeat.js'],
  ['web/inbox', '../strings/strings.ts'],
  ['web/inbox', '../../../client/types.ts'],
  ['web/inbox', '../../../protocol/limits.ts'],
  ['web/worker', '../../../client/storage/indexed-db.ts'],
  ['web/page', '../../../client/parley-client.ts'],
  ['web/page', '../../inbox/parley-inbox.ts'],
])('src/%s may import %s', (folder, imported) => {
  expect(lint(folder, imported)).not.toContain('no-restricted-imports');
});

test.each([
  ['client', '../../protocol/resources.ts'],
  ['web/page', '../../demo-catalogue.ts'],
])('src/%s may import types of %s', (folder, imported) => {
  expect(lint(folder, imported, 'import type')).not.toContain('no-restricted-imports');
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

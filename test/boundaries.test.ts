import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { packagePath } from '../src/lib/package-path.ts';

/** An import, as if it stood in a file of this folder below `src/`. */
type Probe = readonly [folder: string, imported: string];

const forbidden: Probe[] = [
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

const allowed: Probe[] = [
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
];

const allowedTypes: Probe[] = [
  ['client', '../../protocol/resources.ts'],
  ['web/page', '../../demo-catalogue.ts'],
];

const K6_FOLDER = '../loadtest/k6/lib';
const forbiddenForK6 = ['../../../src/lib/run.ts', 'node:fs', 'kleur'].map(toK6);
const allowedForK6 = ['k6/http', './wait.ts'].map(toK6);

function toK6(imported: string): Probe {
  return [K6_FOLDER, imported];
}

/** What the linter refuses of them: all are linted at once, as its start takes longer than they do. */
let refused: ReadonlySet<Probe>;

beforeAll(() => {
  const places: string[] = [];
  const probes = new Map<string, Probe>();
  const write = (list: readonly Probe[], keyword: string): void => {
    for (const probe of list) {
      const [folder, imported] = probe;
      const place = mkdtempSync(path.join(packagePath(`src/${folder}`), 'boundary-'));
      places.push(place);
      const file = path.join(place, 'probe.ts');
      writeFileSync(
        file,
        `${keyword} * as probe from '${imported}';\nexport const used = probe;\n`,
      );
      probes.set(file, probe);
    }
  };
  try {
    write([...forbidden, ...allowed, ...forbiddenForK6, ...allowedForK6], 'import');
    write(allowedTypes, 'import type');
    const { stdout } = spawnSync(
      packagePath('node_modules/.bin/oxlint'),
      ['--format=json', ...probes.keys()],
      { cwd: packagePath('.'), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly Diagnostic[] };
    refused = new Set(
      diagnostics
        .filter(({ code }) => code.includes('no-restricted-imports'))
        .map(({ filename }) => probes.get(path.resolve(packagePath('.'), filename)))
        .filter((probe) => probe !== undefined),
    );
  } finally {
    for (const place of places) rmSync(place, { recursive: true });
  }
});

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

const named = (probes: readonly Probe[]) => probes.map((probe) => [...probe, probe] as const);

test.each(named([...forbidden, ...forbiddenForK6]))('src/%s may not import %s', (_, __, probe) => {
  expect(refused.has(probe)).toBe(true);
});

test.each(named([...allowed, ...allowedForK6]))('src/%s may import %s', (_, __, probe) => {
  expect(refused.has(probe)).toBe(false);
});

test.each(named(allowedTypes))('src/%s may import types of %s', (_, __, probe) => {
  expect(refused.has(probe)).toBe(false);
});

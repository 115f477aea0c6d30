import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import type { Disposer } from '../../src/lib/disposer.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { run } from '../../src/lib/run.ts';

/** A PostgreSQL server of the caller's own. @returns its superuser's URL */
export async function ownPostgres(
  disposer: Disposer,
  settings: readonly string[] = [],
): Promise<string> {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'parley-test-'));
  disposer.defer(() => rm(stateDir, { recursive: true, force: true }));
  // Its account must be able to enter.
  await run('chmod', ['755', stateDir]);
  return startEmbeddedPostgres(stateDir, createLogger('warn'), disposer, { settings });
}

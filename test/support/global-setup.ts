import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { run } from '../../src/lib/run.ts';
import { query } from './query.ts';
import { findRedis } from './redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server with the migrated database `template`. */
    postgresUrl: string;
    redisUrl: string;
  }
}

/** Builds `dist/`, which node processes run, and starts the real PostgreSQL and Redis that all files share. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const disposer = new Disposer();
  try {
    const redis = await findRedis();
    disposer.defer(() => redis.stop());
    await run('npm', ['run', '--silent', 'build']);
    const stateDir = await mkdtemp(path.join(tmpdir(), 'parley-test-'));
    disposer.defer(() => rm(stateDir, { recursive: true, force: true }));
    // Its account must be able to enter.
    await run('chmod', ['755', stateDir]);
    const settings = ['fsync=off', 'max_connections=300'];
    const postgresUrl = await startEmbeddedPostgres(stateDir, createLogger('warn'), disposer, {
      settings,
    });
    await query(postgresUrl, 'CREATE DATABASE template');
    await migrateDatabase(new URL('/template', postgresUrl).href);
    project.provide('postgresUrl', postgresUrl);
    project.provide('redisUrl', redis.url);
  } catch (error) {
    await disposer[Symbol.asyncDispose]();
    console.error(`npm test: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
  return () => disposer[Symbol.asyncDispose]();
}

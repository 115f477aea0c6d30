import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { run } from '../../src/lib/run.ts';
import { ownPostgres } from './own-postgres.ts';
import { query } from './query.ts';
import { findRedis } from './redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server with the migrated database `template`. */
    postgresUrl: string;
    redisUrl: string;
    /** Where nodes keep files. */
    attachmentsDir: string;
  }
}

/** Builds `dist/`, which node processes run, and starts the real PostgreSQL and Redis that all files share. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const disposer = new Disposer();
  try {
    const redis = await findRedis();
    disposer.defer(() => redis.stop());
    const attachmentsDir = await mkdtemp(path.join(tmpdir(), 'parley-files-'));
    disposer.defer(() => rm(attachmentsDir, { recursive: true, force: true }));
    await run('npm', ['run', '--silent', 'build']);
    const postgresUrl = await ownPostgres(disposer, ['fsync=off', 'max_connections=300']);
    await query(postgresUrl, 'CREATE DATABASE template');
    await migrateDatabase(new URL('/template', postgresUrl).href);
    project.provide('postgresUrl', postgresUrl);
    project.provide('redisUrl', redis.url);
    project.provide('attachmentsDir', attachmentsDir);
  } catch (error) {
    await disposer[Symbol.asyncDispose]();
    console.error(`npm test: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
  return () => disposer[Symbol.asyncDispose]();
}

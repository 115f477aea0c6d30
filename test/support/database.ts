import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { query } from './query.ts';

/** A migrated database of the caller's own. It goes with the server, when the run ends. */
export const createDatabase = (): Promise<string> => clone('TEMPLATE template');

/** An empty database, as a first start finds it. */
export const createEmptyDatabase = (): Promise<string> => clone('');

async function clone(clause: string): Promise<string> {
  const server = inject('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await query(server, `CREATE DATABASE ${name} ${clause}`);
  return new URL(`/${name}`, server).href;
}

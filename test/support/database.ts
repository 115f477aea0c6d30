import { randomUUID } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import { inject } from 'vitest';

/** Runs one statement on a connection of its own. */
export async function query<T extends QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

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

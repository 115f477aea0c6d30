import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { connectOnce } from './connect.ts';
import { SESSION_SETTINGS } from './settings.ts';

/** PgBouncer, or another that lends a server's session to a client for one transaction at a time. */
export interface Pooler {
  /** Whether a named statement is there again in the next transaction (PgBouncer's `max_prepared_statements`, from 1.21 on). */
  readonly keepsStatements: boolean;
}

/**
 * Looks for a pooler between us and PostgreSQL. A start-up option would be refused by one, and a SET lost with the
 * transaction, so behind it the server itself must give sessions our settings.
 *
 * @throws what {@link connectOnce} does; an error that says what to change when the server does not
 */
export async function findPooler(url: string): Promise<Pooler | undefined> {
  const client = await connectOnce(url, 'parley start');
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    // The server greets a client with the process that serves it, a pooler with a number it has made up.
    if (rows[0]?.pid === keyOf(client)) return undefined;
    await checkSettings(client);
    return { keepsStatements: await keepsStatements(client) };
  } finally {
    await client.end();
  }
}

/** pg's types leave it out. */
const keyOf = (client: Client & { readonly processID?: number }): number | undefined =>
  client.processID;

async function checkSettings(client: Client): Promise<void> {
  const wanted = Object.entries(SESSION_SETTINGS);
  const { rows } = await client.query<{ name: string; value: string }>(
    'SELECT name, setting AS value FROM pg_settings WHERE name = ANY ($1)',
    [wanted.map(([name]) => name)],
  );
  const found = new Map(rows.map(({ name, value }) => [name, value]));
  const missing = wanted.filter(([name, value]) => found.get(name) !== value);
  if (missing.length === 0) return;
  const set = missing.map(([name, value]) => `SET ${name} = ${value}`).join('; ');
  throw new Error(
    `behind a pooler such as PgBouncer each server connection must begin with "${set}": make this the database's connect_query in pgbouncer.ini, or ALTER ROLE … SET the same, then RECONNECT`,
  );
}

/** A pooler that keeps them gives them names of its own; of all others the server knows ours. */
async function keepsStatements(client: Client): Promise<boolean> {
  const name = `parley ${randomUUID()}`;
  await client.query('BEGIN');
  const { rows } = await client.query<{ count: number }>({
    name,
    text: 'SELECT count(*)::integer AS count FROM pg_prepared_statements WHERE name = $1',
    values: [name],
  });
  const isPassedOn = rows[0]?.count === 1;
  if (isPassedOn) await client.query(`DEALLOCATE "${name}"`);
  await client.query('COMMIT');
  return !isPassedOn;
}

/** Its statements have no names, so that each may run on another session. */
export class UnnamedClient extends Client {
  constructor(...args: ConstructorParameters<typeof Client>) {
    super(...args);
    const query = this.query.bind(this) as (...args: readonly unknown[]) => unknown;
    this.query = ((first: unknown, ...rest: readonly unknown[]) =>
      query(withoutName(first), ...rest)) as typeof this.query;
  }
}

const withoutName = (statement: unknown): unknown =>
  typeof statement === 'object' && statement !== null && 'text' in statement
    ? { ...statement, name: undefined }
    : statement;

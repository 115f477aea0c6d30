import { Client, type QueryResultRow } from 'pg';

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

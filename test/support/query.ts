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

/** How often a server with pg_stat_statements has run statements that have this part. */
export async function calls(url: string, part: string): Promise<number> {
  const [row] = await query<{ count: number }>(
    url,
    `SELECT coalesce(sum(calls), 0)::integer AS count FROM pg_stat_statements
     WHERE query LIKE '%' || $1 || '%' AND query NOT LIKE '%pg_stat_statements%'`,
    [part],
  );
  return row?.count ?? 0;
}

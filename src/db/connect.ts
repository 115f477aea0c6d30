import { Client, DatabaseError } from 'pg';

/** Longer than a busy server takes, and short enough for who waits for a node that can't start. In milliseconds. */
export const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Opens a connection with nothing set, for what a node does at its start. End it when it is done.
 *
 * @throws what pg throws; an error that says what to change when there is a pooler that takes no options
 */
export async function connectOnce(url: string, applicationName: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // A connection that breaks also fails what is being asked on it.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    if (error instanceof DatabaseError && error.message.startsWith('unsupported startup parameter'))
      throw new Error(
        `${error.message} (PgBouncer): take it out of the URL, or add it to ignore_startup_parameters in pgbouncer.ini`,
        { cause: error },
      );
    throw error;
  }
  return client;
}

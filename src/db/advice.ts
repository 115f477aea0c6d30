import { reason } from '../lib/reason.ts';

/** By PostgreSQL's error code (manual, appendix A) or Node's: what whoever set the URL can do. */
const ADVICE: Readonly<Record<string, string>> = {
  '28000': 'check the user in it, and pg_hba.conf',
  '28P01': 'check the user and the password in it',
  '3D000': 'create it, or check the name in it',
  '42501':
    'its user must be allowed to create tables: GRANT CREATE on the database and on its schema public',
  '53300': 'raise max_connections, or put PgBouncer before it',
  ECONNREFUSED: 'is PostgreSQL running there?',
  ENOTFOUND: 'check the host in it',
};
const SILENCE = 'is it PostgreSQL, and does a firewall let us through?';

/** Why, and what to do about it. There is never a password in it: pg names hosts, users and databases. */
export function explainDatabaseError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const text = reason(error);
  const advice =
    ADVICE[code] ?? (/timeout expired|terminated|no answer/.test(text) ? SILENCE : undefined);
  return advice === undefined ? text : `${text} (${advice})`;
}

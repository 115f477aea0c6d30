/** The environment's strings, by the names README.md lists. */
export type Env = Readonly<Record<string, string | undefined>>;

export const DEFAULT_PORT = 8080;

/** The one of `docker-compose.yml`: everybody knows it. */
const PUBLIC_SECRET = 'a development secret that everybody knows';

/** What is wrong about variables that may each be right. */
export function contradictions(vars: Env): string[] {
  const mistakes: string[] = [];
  const production = vars['NODE_ENV'] === 'production';
  if (vars['JWT_SECRET'] !== undefined && vars['JWKS_URL'] !== undefined) {
    mistakes.push('JWT_SECRET and JWKS_URL exclude each other: set one');
  }
  if (vars['JWT_SECRET_PREVIOUS'] !== undefined && vars['JWT_SECRET'] === undefined)
    mistakes.push('JWT_SECRET must be set with JWT_SECRET_PREVIOUS');
  if (production && vars['JWT_SECRET'] === undefined && vars['JWKS_URL'] === undefined) {
    mistakes.push('JWT_SECRET or JWKS_URL must be set in production');
  }
  if (production && [vars['JWT_SECRET'], vars['JWT_SECRET_PREVIOUS']].includes(PUBLIC_SECRET))
    mistakes.push('JWT_SECRET must not be the one of docker-compose.yml in production');
  if (production && vars['DATABASE_URL'] === undefined && vars['PARLEY_EMBEDDED'] !== '1') {
    mistakes.push(
      'DATABASE_URL must be set in production (or PARLEY_EMBEDDED=1 to keep the data in .parley/)',
    );
  }
  if (vars['REDIS_URL'] !== undefined && vars['DATABASE_URL'] === undefined) {
    mistakes.push(
      'DATABASE_URL must be set with REDIS_URL: the nodes of a cluster share one database',
    );
  }
  if (vars['DATABASE_REPLICA_URL'] !== undefined && vars['DATABASE_URL'] === undefined)
    mistakes.push('DATABASE_URL must be set with DATABASE_REPLICA_URL');
  return [
    ...mistakes,
    ...redisContradictions(vars),
    ...storeContradictions(vars),
    ...portContradictions(vars),
  ];
}

function redisContradictions(vars: Env): string[] {
  const mistakes: string[] = [];
  const mode = vars['REDIS_MODE'] ?? 'standalone';
  if (['sentinel', 'cluster'].includes(mode) && vars['REDIS_URL'] === undefined)
    mistakes.push(`REDIS_URL must be set with REDIS_MODE=${mode}`);
  if (mode === 'standalone' && /,\s*[^\s,]/.test(vars['REDIS_URL'] ?? ''))
    mistakes.push('REDIS_URL must be one URL unless REDIS_MODE is sentinel or cluster');
  if (mode === 'sentinel' && vars['REDIS_SENTINEL_NAME'] === undefined)
    mistakes.push('REDIS_SENTINEL_NAME must be set with REDIS_MODE=sentinel');
  if ((vars['WORKERS'] ?? '1') !== '1' && vars['REDIS_URL'] === undefined)
    mistakes.push('REDIS_URL must be set with WORKERS: several processes are a cluster');
  return mistakes;
}

/** S3 is what `S3_BUCKET` makes of it. */
function storeContradictions(vars: Env): string[] {
  const mistakes: string[] = [];
  const rest = ['S3_ENDPOINT', 'S3_REGION', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'];
  if (vars['S3_BUCKET'] === undefined) {
    for (const name of rest)
      if (vars[name] !== undefined) mistakes.push(`S3_BUCKET must be set with ${name}`);
    return mistakes;
  }
  if (vars['ATTACHMENTS_DIR'] !== undefined)
    mistakes.push('S3_BUCKET and ATTACHMENTS_DIR exclude each other: set one');
  if ((vars['S3_ACCESS_KEY_ID'] === undefined) !== (vars['S3_SECRET_ACCESS_KEY'] === undefined))
    mistakes.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together');
  // AWS is one place in each region, and asks for the right one.
  if (vars['S3_REGION'] === undefined && vars['S3_ENDPOINT'] === undefined)
    mistakes.push('S3_REGION must be set with S3_BUCKET, unless S3_ENDPOINT is set');
  return mistakes;
}

/** Each port is for one thing; 0 is any free one. */
function portContradictions(vars: Env): string[] {
  const ports = ['PORT', 'METRICS_PORT', 'AGENT_CHECK_PORT'].map((name) => ({
    name,
    port: Number(vars[name] ?? (name === 'PORT' ? DEFAULT_PORT : 0)),
  }));
  return ports.flatMap(({ name, port }, i) => {
    const other = ports.slice(0, i).find((earlier) => earlier.port === port);
    return port === 0 || other === undefined
      ? []
      : [`${name} must not be ${port}, which is ${other.name}`];
  });
}

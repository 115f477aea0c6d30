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
  // A worker serves nobody, so it needs nothing that says who they are.
  const serves = vars['ROLE'] !== 'worker';
  if (production && serves && vars['JWT_SECRET'] === undefined && vars['JWKS_URL'] === undefined) {
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
    ...notificationContradictions(vars),
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
  const isNode = vars['ROLE'] !== 'worker';
  if (isNode && (vars['WORKERS'] ?? '1') !== '1' && vars['REDIS_URL'] === undefined)
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

/** What makes a way to people, all of it or none. */
const TOGETHER = [
  ['APNS_KEY_FILE', 'APNS_KEY_ID', 'APNS_TEAM_ID', 'APNS_TOPIC'],
  ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY'],
  ['SMTP_URL', 'EMAIL_FROM'],
  ['EMAIL_REPLY_DOMAIN', 'EMAIL_REPLY_SECRET'],
  ['WEBHOOK_URL', 'WEBHOOK_SECRET'],
];

/** The second is nothing without the first. */
const NEEDS = [
  ['WEBHOOK_SECRET', 'WEBHOOK_SECRET_PREVIOUS'],
  ['SMTP_URL', 'EMAIL_REPLY_DOMAIN'],
  // Every digest has a link to be sent no more.
  ['PUBLIC_URL', 'SMTP_URL'],
] as const;

function notificationContradictions(vars: Env): string[] {
  const mistakes = TOGETHER.flatMap((names) => {
    const missing = names.filter((name) => vars[name] === undefined);
    return missing.length === 0 || missing.length === names.length
      ? []
      : [`${names.join(', ')} must be set together: ${missing.join(', ')} is missing`];
  });
  for (const [needed, name] of NEEDS)
    if (vars[name] !== undefined && vars[needed] === undefined)
      mistakes.push(`${needed} must be set with ${name}`);
  // The other half would be on another database.
  if (vars['ROLE'] !== undefined && vars['ROLE'] !== 'all' && vars['DATABASE_URL'] === undefined)
    mistakes.push(`DATABASE_URL must be set with ROLE=${vars['ROLE']}`);
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

import { z } from 'zod';
import type { AttachmentSettings } from './attachments/settings.ts';
import type { RedisSettings } from './bus/redis-settings.ts';
import { attachmentVariables, attachmentsOf } from './config-attachments.ts';
import { DEFAULT_PORT, type Env, contradictions } from './config-contradictions.ts';
import {
  type NotificationSettings,
  notificationVariables,
  notificationsOf,
} from './config-notifications.ts';
import { isNetwork, isUrl, list, number, url, webUrl, whole } from './config-rules.ts';
import { LOG_LEVELS, type LogLevel } from './lib/logger.ts';
import { StartupError } from './lib/startup-error.ts';

export interface JwtRules {
  readonly issuer?: string;
  readonly audience?: string;
}

export interface Config {
  /** `node`: serves users. `worker`: reaches those who are not there. `all`: both. */
  readonly role: 'node' | 'worker' | 'all';
  readonly listen: { readonly host: string; readonly port: number };
  /** Prometheus metrics on a port of their own; with `undefined` they are served on the main one. */
  readonly metricsPort: number | undefined;
  /** Where HAProxy asks whether this node is up or draining; nowhere with `undefined`. */
  readonly agentCheckPort: number | undefined;
  readonly database:
    | { readonly kind: 'embedded' }
    /** `replicaUrl`: a streaming replica that history and lists may be read from. */
    | { readonly kind: 'url'; readonly url: string; readonly replicaUrl: string | undefined };
  readonly bus:
    | { readonly kind: 'memory' }
    | { readonly kind: 'redis'; readonly redis: RedisSettings };
  readonly auth: JwtRules &
    /** `previousSecret`: accepted as well, while tokens signed with it are still about. */
    (
      | {
          readonly kind: 'secret';
          readonly secret: string;
          readonly previousSecret: string | undefined;
        }
      | { readonly kind: 'jwks'; readonly url: string }
      /** Development: a secret made at the first start and kept in `.parley/`. */
      | { readonly kind: 'generated' }
    );
  readonly allowedOrigins: readonly string[];
  /** Addresses and CIDR networks of the balancers whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Limits per user and per address. */
  readonly rateLimits: boolean;
  /** Processes that share the port; `auto`: one for each core. */
  readonly workers: number | 'auto';
  /** Where files go, how large they may be, and who looks for viruses in them. */
  readonly attachments: AttachmentSettings;
  /** Push, e-mail, webhooks. */
  readonly notifications: NotificationSettings;
  /** Where traces go, an OTLP/HTTP collector; there are none with `undefined`. */
  readonly traceEndpoint: string | undefined;
  readonly logLevel: LogLevel;
  /** How long after sending a message may be edited: 0 is never, -1 always. */
  readonly editWindowMinutes: number;
  /** How long what was deleted is kept for the operator. */
  readonly deletedRetentionDays: number;
  /** Over how long a draining node spreads the closing of its sockets, in milliseconds. */
  readonly drainMs: number;
  /** The page where a demo buyer and a demo seller chat. */
  readonly demo: boolean;
}

export const readEnv = (): Env => process.env;

const PORT_RULE = 'must be a port, 0 to 65535';
const port = number(65_535, PORT_RULE).refine(Number.isInteger, { error: PORT_RULE });
const MAX_DRAIN_SECONDS = 86_400;
const MAX_EDIT_WINDOW_MINUTES = 5_256_000;
const EDIT_WINDOW_RULE = `must be minutes, 0 (never) to ${MAX_EDIT_WINDOW_MINUTES}, or -1 (always)`;
const MAX_RETENTION_DAYS = 36_500;
const RETENTION_RULE = `must be days, 0 to ${MAX_RETENTION_DAYS}`;
const secret = z
  .string()
  .refine((text) => Buffer.byteLength(text) >= 32, { error: 'must be at least 32 bytes' });
const REDIS_RULE = 'must be a redis:// or rediss:// URL, or several with commas between them';
const MAX_WORKERS = 128;
const WORKERS_RULE = `must be auto or a number of processes, 1 to ${MAX_WORKERS}`;

const variables = z.object({
  PORT: port.default(DEFAULT_PORT),
  HOST: z.string().default('0.0.0.0'),
  METRICS_PORT: port.optional(),
  AGENT_CHECK_PORT: port.optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  DATABASE_REPLICA_URL: url(['postgres:', 'postgresql:']).optional(),
  REDIS_URL: list((item) => isUrl(item, ['redis:', 'rediss:']), REDIS_RULE)
    .refine((urls) => urls.length > 0, { error: REDIS_RULE })
    .optional(),
  REDIS_MODE: z
    .enum(['standalone', 'sentinel', 'cluster'], {
      error: 'must be standalone, sentinel or cluster',
    })
    .default('standalone'),
  REDIS_SENTINEL_NAME: z.string().optional(),
  JWT_SECRET: secret.optional(),
  JWT_SECRET_PREVIOUS: secret.optional(),
  JWKS_URL: webUrl().optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  ALLOWED_ORIGINS: list(
    (item) => URL.canParse(item) && new URL(item).origin === item,
    'must be comma-separated origins such as https://shop.example',
  ).default([]),
  TRUSTED_PROXIES: list(
    isNetwork,
    'must be comma-separated addresses or networks such as 10.0.0.0/8',
  ).default([]),
  RATE_LIMITS: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
  WORKERS: z
    .string()
    .regex(/^(auto|\d{1,3})$/, { error: WORKERS_RULE })
    .transform((text) => (text === 'auto' ? text : Number(text)))
    .refine((count) => count === 'auto' || (count >= 1 && count <= MAX_WORKERS), {
      error: WORKERS_RULE,
    })
    .default(1),
  ...attachmentVariables,
  ROLE: z.enum(['node', 'worker', 'all'], { error: 'must be node, worker or all' }).default('all'),
  ...notificationVariables,
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:']).optional(),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` })
    .default('info'),
  DRAIN_SECONDS: number(MAX_DRAIN_SECONDS, `must be seconds, 0 to ${MAX_DRAIN_SECONDS}`).default(
    20,
  ),
  EDIT_WINDOW_MINUTES: whole(MAX_EDIT_WINDOW_MINUTES, EDIT_WINDOW_RULE, /^(-1|\d{1,7})$/).default(
    15,
  ),
  DELETED_RETENTION_DAYS: whole(MAX_RETENTION_DAYS, RETENTION_RULE, /^\d{1,5}$/).default(30),
  NODE_ENV: z.string().optional(),
  PARLEY_EMBEDDED: z.string().optional(),
});

/**
 * Pure: the same environment gives the same configuration.
 *
 * @throws {StartupError} that names every mistake at once
 */
export function parseConfig(env: Env): Config {
  // A variable that is set to nothing is not set: compose files and shells make these.
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = variables.safeParse(set);
  const mistakes = [
    ...(result.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`),
    ...contradictions(set),
  ];
  if (!result.success || mistakes.length > 0) {
    throw new StartupError(`wrong configuration: ${mistakes.join('; ')}`);
  }
  const vars = result.data;
  return {
    listen: { host: vars.HOST, port: vars.PORT },
    metricsPort: vars.METRICS_PORT,
    agentCheckPort: vars.AGENT_CHECK_PORT,
    database:
      vars.DATABASE_URL === undefined
        ? { kind: 'embedded' }
        : { kind: 'url', url: vars.DATABASE_URL, replicaUrl: vars.DATABASE_REPLICA_URL },
    bus: busOf(vars),
    auth: authOf(vars),
    allowedOrigins: vars.ALLOWED_ORIGINS,
    trustedProxies: vars.TRUSTED_PROXIES,
    rateLimits: vars.RATE_LIMITS === 'on',
    workers: vars.WORKERS,
    attachments: attachmentsOf(
      vars,
      vars.NODE_ENV !== 'production' || vars.PARLEY_EMBEDDED === '1',
    ),
    role: vars.ROLE,
    notifications: notificationsOf(vars, vars.NODE_ENV !== 'production'),
    traceEndpoint: vars.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: vars.LOG_LEVEL,
    editWindowMinutes: vars.EDIT_WINDOW_MINUTES,
    deletedRetentionDays: vars.DELETED_RETENTION_DAYS,
    drainMs: vars.DRAIN_SECONDS * 1_000,
    // Its tokens are signed here, so only where tokens are.
    demo: vars.NODE_ENV !== 'production' && vars.JWKS_URL === undefined && vars.ROLE !== 'worker',
  };
}

type Variables = z.infer<typeof variables>;

function busOf(vars: Variables): Config['bus'] {
  const urls = vars.REDIS_URL ?? [];
  const [first] = urls;
  if (first === undefined) return { kind: 'memory' };
  switch (vars.REDIS_MODE) {
    case 'standalone':
      return { kind: 'redis', redis: { mode: 'standalone', url: first } };
    case 'sentinel':
      return {
        kind: 'redis',
        redis: { mode: 'sentinel', urls, name: vars.REDIS_SENTINEL_NAME ?? '' },
      };
    case 'cluster':
      return { kind: 'redis', redis: { mode: 'cluster', urls } };
  }
}

function authOf(vars: Variables): Config['auth'] {
  const rules: JwtRules = {
    ...(vars.JWT_ISSUER === undefined ? {} : { issuer: vars.JWT_ISSUER }),
    ...(vars.JWT_AUDIENCE === undefined ? {} : { audience: vars.JWT_AUDIENCE }),
  };
  if (vars.JWT_SECRET !== undefined) {
    const previousSecret = vars.JWT_SECRET_PREVIOUS;
    return { ...rules, kind: 'secret', secret: vars.JWT_SECRET, previousSecret };
  }
  if (vars.JWKS_URL !== undefined) return { ...rules, kind: 'jwks', url: vars.JWKS_URL };
  return { ...rules, kind: 'generated' };
}

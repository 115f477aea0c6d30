import { z } from 'zod';
import { LOG_LEVELS, type LogLevel } from './lib/logger.ts';
import { StartupError } from './lib/startup-error.ts';

/** The environment's strings, by the names README.md lists. */
export type Env = Readonly<Record<string, string | undefined>>;

export interface JwtRules {
  readonly issuer?: string;
  readonly audience?: string;
}

export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  /** Prometheus metrics on a port of their own; with `undefined` they are served on the main one. */
  readonly metricsPort: number | undefined;
  readonly database: { readonly kind: 'embedded' } | { readonly kind: 'url'; readonly url: string };
  readonly bus: { readonly kind: 'memory' } | { readonly kind: 'redis'; readonly url: string };
  readonly auth: JwtRules &
    (
      | { readonly kind: 'secret'; readonly secret: string }
      | { readonly kind: 'jwks'; readonly url: string }
      /** Development: a secret made at the first start and kept in `.parley/`. */
      | { readonly kind: 'generated' }
    );
  readonly allowedOrigins: readonly string[];
  readonly logLevel: LogLevel;
  /** Over how long a draining node spreads the closing of its sockets, in milliseconds. */
  readonly drainMs: number;
  /** The page where a demo buyer and a demo seller chat. */
  readonly demo: boolean;
}

export const readEnv = (): Env => process.env;

const PORT_RULE = 'must be a port, 0 to 65535';
/** Digits alone: `Number` takes blanks, signs and hexadecimal too. */
const number = (max: number, error: string) =>
  z
    .string()
    .regex(/^\d{1,6}(\.\d{1,3})?$/, { error })
    .transform(Number)
    .refine((value) => value <= max, { error });
const port = number(65_535, PORT_RULE).refine(Number.isInteger, { error: PORT_RULE });
const MAX_DRAIN_SECONDS = 86_400;

const url = (protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be a ${protocols.map((protocol) => `${protocol}//`).join(' or ')} URL`,
  });

const variables = z.object({
  PORT: port.default(8080),
  HOST: z.string().default('0.0.0.0'),
  METRICS_PORT: port.optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  REDIS_URL: url(['redis:', 'rediss:']).optional(),
  REDIS_MODE: z.literal('standalone', { error: 'must be standalone' }).default('standalone'),
  JWT_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32, { error: 'must be at least 32 bytes' })
    .optional(),
  JWKS_URL: url(['http:', 'https:']).optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    )
    .refine(
      (origins) =>
        origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      {
        error: 'must be comma-separated origins such as https://shop.example',
      },
    ),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` })
    .default('info'),
  DRAIN_SECONDS: number(MAX_DRAIN_SECONDS, `must be seconds, 0 to ${MAX_DRAIN_SECONDS}`).default(
    20,
  ),
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
    database:
      vars.DATABASE_URL === undefined
        ? { kind: 'embedded' }
        : { kind: 'url', url: vars.DATABASE_URL },
    bus: vars.REDIS_URL === undefined ? { kind: 'memory' } : { kind: 'redis', url: vars.REDIS_URL },
    auth: authOf(vars),
    allowedOrigins: vars.ALLOWED_ORIGINS,
    logLevel: vars.LOG_LEVEL,
    drainMs: vars.DRAIN_SECONDS * 1_000,
    // Its tokens are signed here, so only where tokens are.
    demo: vars.NODE_ENV !== 'production' && vars.JWKS_URL === undefined,
  };
}

type Variables = z.infer<typeof variables>;

/** What is wrong about variables that may each be right. */
function contradictions(vars: Env): string[] {
  const mistakes: string[] = [];
  const production = vars['NODE_ENV'] === 'production';
  if (vars['JWT_SECRET'] !== undefined && vars['JWKS_URL'] !== undefined) {
    mistakes.push('JWT_SECRET and JWKS_URL exclude each other: set one');
  }
  if (production && vars['JWT_SECRET'] === undefined && vars['JWKS_URL'] === undefined) {
    mistakes.push('JWT_SECRET or JWKS_URL must be set in production');
  }
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
  return mistakes;
}

function authOf(vars: Variables): Config['auth'] {
  const rules: JwtRules = {
    ...(vars.JWT_ISSUER === undefined ? {} : { issuer: vars.JWT_ISSUER }),
    ...(vars.JWT_AUDIENCE === undefined ? {} : { audience: vars.JWT_AUDIENCE }),
  };
  if (vars.JWT_SECRET !== undefined) return { ...rules, kind: 'secret', secret: vars.JWT_SECRET };
  if (vars.JWKS_URL !== undefined) return { ...rules, kind: 'jwks', url: vars.JWKS_URL };
  return { ...rules, kind: 'generated' };
}

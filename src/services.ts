import type { AuthConfig } from './auth/authenticate.ts';
import { openAuth } from './auth/open-auth.ts';
import type { Bus } from './bus/bus.ts';
import { createMemoryBus } from './bus/memory.ts';
import { explainRedisError } from './bus/redis-advice.ts';
import { openRedisCommands } from './bus/redis-connect.ts';
import { openRedisBus } from './bus/redis.ts';
import type { Config } from './config.ts';
import { explainDatabaseError } from './db/advice.ts';
import { startEmbeddedPostgres } from './db/embedded.ts';
import { createKeyStore } from './db/key-store.ts';
import { migrateDatabase } from './db/migrate.ts';
import { type Database, openDatabase } from './db/pool.ts';
import { type Read, Replica } from './db/replica.ts';
import type { Disposer } from './lib/disposer.ts';
import type { Logger } from './lib/logger.ts';
import { StartupError } from './lib/startup-error.ts';
import type { Tracer } from './lib/tracing.ts';
import { type Limits, type LimitsParts, createLimits, noLimits } from './limits/limits.ts';

/** What a node stands on: PostgreSQL, Redis, the keys of tokens, a collector of traces. */
export interface Services {
  readonly database: Database;
  /** `undefined` without `DATABASE_REPLICA_URL`. */
  readonly replica: Replica | undefined;
  /** For pages, which a replica may give. */
  readonly read: Read;
  readonly bus: Bus;
  readonly auth: AuthConfig;
  /** `undefined` when nobody collects traces. */
  readonly tracer: Tracer | undefined;
}

/**
 * @param stateDir where development keeps its database and its secret
 * @throws {StartupError} with what is not there, the variable that names it, and what to do
 */
export async function openServices(
  config: Config,
  stateDir: string,
  logger: Logger,
  disposer: Disposer,
): Promise<Services> {
  const tracer = await openTraces(config, logger, disposer);
  const { database, replica } = await openDatabases(config, stateDir, logger, disposer);
  const authParts = { stateDir, keyStore: createKeyStore(database), logger };
  return {
    database,
    replica,
    read: replica?.read ?? ((work) => work(database.pool)),
    auth: await openAuth(config.auth, authParts, disposer),
    bus: await openBus(config, logger, disposer),
    tracer,
  };
}

/** With Redis they hold for all nodes together. */
export function openLimits(
  { rateLimits, bus }: Config,
  onLimited: LimitsParts['onLimited'],
  logger: Logger,
  disposer: Disposer,
): Limits {
  if (!rateLimits) return noLimits;
  const redis = bus.kind === 'redis' ? openRedisCommands(bus.redis, logger, disposer) : undefined;
  return createLimits({ redis, onLimited }, disposer);
}

/** What it takes is loaded only when it is wanted. */
async function openTraces(
  { traceEndpoint }: Config,
  logger: Logger,
  disposer: Disposer,
): Promise<Tracer | undefined> {
  if (traceEndpoint === undefined) return undefined;
  const { openTracer } = await import('./lib/otel.ts');
  return openTracer(traceEndpoint, 'parley', logger, disposer);
}

/** @throws {StartupError} with what is not there, the variable that names it, and what to do */
export async function openDatabases(
  { database: config }: Config,
  stateDir: string,
  logger: Logger,
  disposer: Disposer,
): Promise<Pick<Services, 'database' | 'replica'>> {
  const url =
    config.kind === 'url' ? config.url : await startEmbeddedPostgres(stateDir, logger, disposer);
  const database = await migrateDatabase(url)
    .then(() => openDatabase(url, logger, disposer))
    .catch((error: unknown) => {
      const which =
        config.kind === 'url' ? 'the database of DATABASE_URL' : 'the embedded database';
      throw new StartupError(`cannot prepare ${which}: ${explainDatabaseError(error)}`, {
        cause: error,
      });
    });
  const replica =
    config.kind === 'url' && config.replicaUrl !== undefined
      ? await Replica.open(config.replicaUrl, database.pool, logger, disposer)
      : undefined;
  return { database, replica };
}

async function openBus({ bus }: Config, logger: Logger, disposer: Disposer): Promise<Bus> {
  if (bus.kind === 'memory') return createMemoryBus();
  return openRedisBus(bus.redis, logger, disposer).catch((error: unknown) => {
    throw new StartupError(`cannot reach the Redis of REDIS_URL: ${explainRedisError(error)}`, {
      cause: error,
    });
  });
}

import { type Cluster, Redis } from 'ioredis';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import type { RedisSettings } from './redis-settings.ts';

/** Whoever asks can do without the answer: it must come soon or not at all. In milliseconds. */
const COMMAND_TIMEOUT_MS = 500;
const SOCKET_TIMEOUT_MS = 1_500;
const MAX_RETRY_MS = 1_000;

/**
 * A connection for commands that fail fast: at once while Redis is away, after half a second while it hangs. It connects by
 * itself, and again after each loss.
 */
export function openRedisCommands(
  settings: RedisSettings,
  logger: Logger,
  disposer: Disposer,
): Redis | Cluster {
  if (settings.mode !== 'standalone')
    throw new Error(`REDIS_MODE=${settings.mode} is not there yet`);
  const redis = new Redis(settings.url, {
    connectionName: 'parley-commands',
    lazyConnect: true,
    connectTimeout: 5_000,
    socketTimeout: SOCKET_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(attempt * 100, MAX_RETRY_MS),
  });
  // The bus warns of the same outage.
  redis.on('error', (err: Error) => logger.debug({ err }, 'Redis is not reachable'));
  disposer.defer(() => redis.disconnect());
  redis.connect().catch(() => undefined);
  return redis;
}

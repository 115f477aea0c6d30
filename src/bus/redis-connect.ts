import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { reason } from '../lib/reason.ts';
import type { RedisSettings } from './redis-settings.ts';
import { hostOf, serverUrls } from './redis-url.ts';

/** How long Redis may take to answer a command before it counts as lost, in milliseconds. */
export const COMMAND_TIMEOUT_MS = 1_000;
/** How often a cluster is asked who its masters are, in milliseconds: nothing tells of a master that hangs. */
const REFRESH_MS = 1_000;

type Options = Omit<RedisOptions, 'replyMapping'>;

/** With `ping` every second or so these notice a link that is half-open, or a server that hangs. */
const CONNECTION = {
  connectTimeout: 2_000,
  socketTimeout: 3_000,
  retryStrategy: (attempt: number): number => Math.min(attempt * 50, 1_000),
} satisfies Options;

/** What can't be sent at once, or is not answered in time, fails: it is never sent late, after newer things. */
export const FAIL_FAST = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
  autoResendUnfulfilledCommands: false,
} satisfies Options;

/** Not connected yet, see {@link connect}; afterwards it comes back by itself whenever it is lost. */
export function createRedis(url: string, options: Options, logger: Logger): Redis {
  const redis = new Redis(url, { ...CONNECTION, ...options, lazyConnect: true });
  warnOncePerOutage(redis, hostOf(url), logger);
  return redis;
}

/** @throws with the server and the reason, when the first attempt fails; others follow */
export async function connect(redis: Redis, url: string): Promise<void> {
  let last: unknown;
  const remember = (error: unknown): void => {
    last = error;
  };
  // `connect` itself says no more than that the connection was closed.
  redis.on('error', remember);
  try {
    await redis.connect();
  } catch (error) {
    throw new Error(`${hostOf(url)}: ${reason(last ?? error)}`, { cause: error });
  } finally {
    redis.off('error', remember);
  }
}

/**
 * A connection for commands, in any mode. It returns at once and connects by itself; what it is asked while Redis is away
 * or hangs fails, at once or within {@link COMMAND_TIMEOUT_MS}. Nothing is sent twice.
 */
export function openRedisCommands(
  settings: RedisSettings,
  logger: Logger,
  disposer: Disposer,
): Redis | Cluster {
  const redis = createCommands(settings);
  warnOncePerOutage(redis, settings.mode, logger);
  disposer.defer(() => redis.disconnect());
  return redis;
}

function createCommands(settings: RedisSettings): Redis | Cluster {
  const options = { ...CONNECTION, ...FAIL_FAST, connectionName: 'parley-commands' };
  if (settings.mode === 'standalone') return new Redis(settings.url, options);
  const servers = serverUrls(settings.urls, settings.mode).map((url) => new URL(url));
  const nodes = servers.map(({ hostname, port }) => ({
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: Number(port),
  }));
  const [{ username, password, protocol }] = servers as [URL, ...URL[]];
  const access = {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
  if (settings.mode === 'cluster')
    return new Cluster(nodes, {
      enableOfflineQueue: false,
      maxRedirections: 2,
      retryDelayOnFailover: 0,
      slotsRefreshInterval: REFRESH_MS,
      redisOptions: { ...options, ...access },
    });
  return new Redis({
    ...options,
    ...access,
    sentinels: nodes,
    name: settings.name,
    ...(access.username === undefined ? {} : { sentinelUsername: access.username }),
    ...(access.password === undefined ? {} : { sentinelPassword: access.password }),
    ...(access.tls === undefined ? {} : { sentinelTLS: {}, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
    failoverDetector: true,
    sentinelReconnectStrategy: () => REFRESH_MS,
  });
}

/** Without a listener an error would end the process; ioredis reports each failed attempt. */
function warnOncePerOutage(redis: Redis | Cluster, server: string, logger: Logger): void {
  let reported = false;
  redis.on('error', (err: Error) => {
    if (!reported) logger.warn({ err, server }, 'Redis is not reachable');
    reported = true;
  });
  redis.on('ready', () => (reported = false));
}

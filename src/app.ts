import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AuthConfig, createAuthenticate } from './auth/authenticate.ts';
import { createOriginCheck } from './auth/origin.ts';
import { generatedSecret } from './auth/secret.ts';
import type { Bus } from './bus/bus.ts';
import { createMemoryBus } from './bus/memory.ts';
import { openRedisCommands } from './bus/redis-connect.ts';
import { openRedisBus } from './bus/redis.ts';
import type { Config } from './config.ts';
import { createConversationIndex } from './conversations/conversation-index.ts';
import { createCreateConversation } from './conversations/create.ts';
import { createReadCreatedSince } from './conversations/created-since.ts';
import { createGetConversation } from './conversations/get.ts';
import { createListConversations } from './conversations/list.ts';
import { startEmbeddedPostgres } from './db/embedded.ts';
import { migrateDatabase } from './db/migrate.ts';
import { openDatabase } from './db/pool.ts';
import { Hub } from './hub/hub.ts';
import { Disposer } from './lib/disposer.ts';
import { InFlight } from './lib/in-flight.ts';
import type { Logger } from './lib/logger.ts';
import { createMetrics } from './lib/metrics.ts';
import { packagePath } from './lib/package-path.ts';
import { StartupError } from './lib/startup-error.ts';
import { createFindClient } from './limits/address.ts';
import { type LimitName, type Limits, createLimits, noLimits } from './limits/limits.ts';
import { type ReadChanges, createReadChanges } from './messages/changes.ts';
import { createReadHistory } from './messages/history.ts';
import { limitSends } from './messages/limit-sends.ts';
import { createMarkRead } from './messages/mark-read.ts';
import { createReadMissed } from './messages/missed.ts';
import { createRecallMessage } from './messages/recall.ts';
import { createSendMessage } from './messages/send.ts';
import { createWriter } from './messages/writer.ts';
import { MAX_REPLAY_CHANGES } from './protocol/limits.ts';
import { apiRoutes } from './transport/api.ts';
import { type ClientAddress, createClientAddress } from './transport/client-address.ts';
import { limitConnections } from './transport/connections.ts';
import { createFrameHandler } from './transport/frame-handler.ts';
import { type Route, serveRoutes } from './transport/http.ts';
import { listen } from './transport/server.ts';
import { metricsRoute, systemRoutes } from './transport/system.ts';
import { loadUws } from './transport/uws.ts';
import { serveWebSockets } from './transport/ws.ts';
import { demoRoutes } from './web/demo.ts';

/** How long a stopping node waits for REST answers, in milliseconds. */
const MAX_ANSWERING_MS = 5_000;

/** No address: it may be a person's. */
const UNTRUSTED_PROXY =
  'X-Forwarded-For came from an address that is not in TRUSTED_PROXIES: all who are behind it share the limits of one address';

export interface App extends AsyncDisposable {
  readonly port: number;
  readonly metricsPort: number | undefined;
  /**
   * Stops taking sockets, answers `/readyz` with 503, closes the sockets with 1012 over `spreadMs` milliseconds, each when
   * what it asked for is done, and finishes what is being answered. Dispose of the app afterwards.
   */
  drain(spreadMs: number): Promise<void>;
}

/** Parts that tests replace. */
export interface Overrides {
  readonly wrapBus?: (bus: Bus) => Bus;
  /** How a hub fills a hole. */
  readonly wrapReadChanges?: (read: ReadChanges) => ReadChanges;
  /** Where development keeps its database and its secret. */
  readonly stateDir?: string;
}

/**
 * Builds a node from its configuration and starts it.
 *
 * @throws {StartupError} when something it needs is not there
 */
export async function createApp(
  config: Config,
  logger: Logger,
  overrides: Overrides = {},
): Promise<App> {
  const disposer = new Disposer();
  try {
    return await build(config, logger, overrides, disposer);
  } catch (error) {
    await disposer[Symbol.asyncDispose]().catch((err: unknown) => {
      logger.error({ err }, 'what had been started could not be stopped');
    });
    throw error;
  }
}

async function build(
  config: Config,
  logger: Logger,
  overrides: Overrides,
  disposer: Disposer,
): Promise<App> {
  const stateDir = overrides.stateDir ?? packagePath('.parley');
  const uws = await loadUws();
  const auth: AuthConfig =
    config.auth.kind === 'generated'
      ? { ...config.auth, kind: 'secret', secret: await generatedSecret(stateDir) }
      : config.auth;

  const databaseUrl =
    config.database.kind === 'url'
      ? config.database.url
      : await startEmbeddedPostgres(stateDir, logger, disposer);
  await migrateDatabase(databaseUrl).catch((error: unknown) => {
    throw new StartupError(`cannot prepare the database of DATABASE_URL: ${reason(error)}`, {
      cause: error,
    });
  });
  const database = openDatabase(databaseUrl, logger, disposer);
  const { wrapBus = (it) => it, wrapReadChanges = (it) => it } = overrides;
  const bus = wrapBus(await openBus(config, logger, disposer));

  const limits = openLimits(config, (limit) => metrics.limited.inc({ limit }), logger, disposer);

  const index = createConversationIndex(database);
  const getConversation = createGetConversation(database);
  const createConversation = createCreateConversation(
    database,
    bus,
    getConversation,
    limits.newConversation,
  );
  const app = uws.App();
  const hub = new Hub(
    {
      bus,
      index,
      readChanges: wrapReadChanges(createReadChanges(database)),
      readMissed: createReadMissed(database, MAX_REPLAY_CHANGES),
      readCreatedSince: createReadCreatedSince(database),
      getConversation,
      broadcast: (userId, frame) => app.publish(userId, frame),
      observer: {
        repaired: (changes) => metrics.repaired.inc(changes),
        resumed: (isComplete) => metrics.resumes.inc({ complete: String(isComplete) }),
      },
      logger,
    },
    disposer,
  );
  const metrics = createMetrics({
    isBusConnected: () => bus.isConnected,
    connections: () => hub.sessionCount,
    undeliveredBytes: () => hub.undeliveredBytes,
  });
  const writer = createWriter(database.writePool, logger, {
    batch(kind, rows, seconds) {
      metrics.written.inc({ kind }, rows);
      metrics.batchRows.observe({ kind }, rows);
      metrics.batchSeconds.observe({ kind }, seconds);
    },
  });
  const sendMessage = limitSends(
    createSendMessage(writer, bus),
    createRecallMessage(database, bus),
    limits.message,
  );
  const markRead = createMarkRead(writer, bus);

  const authenticate = createAuthenticate(auth);
  const mayComeFrom = createOriginCheck(config.allowedOrigins);
  let draining = false;
  const isDraining = () => draining;
  const docsPage = await readFile(packagePath('src/web/docs.html'), 'utf8');
  const routes: Route[] = [
    ...apiRoutes({
      createConversation,
      listConversations: createListConversations(database),
      getConversation,
      readHistory: createReadHistory(database),
      sendMessage,
      markRead,
    }),
    ...systemRoutes({ database, bus, isDraining, docsPage }),
    ...(config.metricsPort === undefined ? [metricsRoute(metrics.registry)] : []),
    ...(config.demo && auth.kind === 'secret'
      ? await demoRoutes({ auth, createConversation })
      : []),
  ];
  const requests = new InFlight();
  const findClient = createFindClient(config.trustedProxies);
  const clientAddress: ClientAddress = config.rateLimits
    ? createClientAddress(findClient, () => logger.warn(UNTRUSTED_PROXY))
    : () => undefined;
  const httpParts = { authenticate, mayComeFrom, limits, clientAddress, requests, logger };
  const handleFrame = createFrameHandler({ hub, sendMessage, markRead, authenticate, logger });
  if (config.rateLimits) limitConnections(app, findClient, limits);
  serveWebSockets(app, { ...httpParts, hub, handleFrame, isDraining });
  serveRoutes(app, routes, httpParts);
  const { host } = config.listen;
  let metricsPort: number | undefined;
  if (config.metricsPort !== undefined) {
    const metricsApp = uws.App();
    serveRoutes(metricsApp, [metricsRoute(metrics.registry)], httpParts);
    metricsPort = await listen(metricsApp, host, config.metricsPort, uws, disposer);
  }
  await hub.join();
  const port = await listen(app, host, config.listen.port, uws, disposer);

  return {
    port,
    metricsPort,
    async drain(spreadMs) {
      draining = true;
      await hub.drain(spreadMs);
      await writer.settled();
      // A client that keeps asking must not keep the node.
      await Promise.race([requests.settled(), sleep(MAX_ANSWERING_MS)]);
      hub.leave();
    },
    [Symbol.asyncDispose]: () => disposer[Symbol.asyncDispose](),
  };
}

async function openBus(config: Config, logger: Logger, disposer: Disposer): Promise<Bus> {
  if (config.bus.kind === 'memory') return createMemoryBus();
  return openRedisBus(config.bus.redis, logger, disposer).catch((error: unknown) => {
    throw new StartupError(`cannot reach the Redis of REDIS_URL: ${reason(error)}`, {
      cause: error,
    });
  });
}

function openLimits(
  { rateLimits, bus }: Config,
  onLimited: (limit: LimitName) => void,
  logger: Logger,
  disposer: Disposer,
): Limits {
  if (!rateLimits) return noLimits;
  const redis = bus.kind === 'redis' ? openRedisCommands(bus.redis, logger, disposer) : undefined;
  return createLimits({ redis, onLimited }, disposer);
}

/** pg and ioredis name hosts and reasons, never passwords. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ');
  return error instanceof Error ? error.message : String(error);
}

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAttachments } from './attachments/attachments.ts';
import { bucketOrigin } from './attachments/settings.ts';
import { createAuthenticate } from './auth/authenticate.ts';
import { createOriginCheck } from './auth/origin.ts';
import type { Bus } from './bus/bus.ts';
import type { Config } from './config.ts';
import { createConversationIndex } from './conversations/conversation-index.ts';
import { createCreateConversation } from './conversations/create.ts';
import type { Showing } from './conversations/conversation-row.ts';
import { createReadCreatedSince } from './conversations/created-since.ts';
import { createGetConversation } from './conversations/get.ts';
import { createListConversations } from './conversations/list.ts';
import { openEmailAnswers } from './email-answers.ts';
import { Hub } from './hub/hub.ts';
import type { Disposer } from './lib/disposer.ts';
import { InFlight } from './lib/in-flight.ts';
import type { Logger } from './lib/logger.ts';
import type { MetricsData, ReadMetrics } from './lib/metrics-text.ts';
import { packagePath } from './lib/package-path.ts';
import { type Service, startWhole } from './lib/service.ts';
import { createFindClient } from './limits/address.ts';
import type { LimitName } from './limits/limits.ts';
import { type ReadChanges, createReadChanges } from './messages/changes.ts';
import { createReadHistory } from './messages/history.ts';
import { limitSends } from './messages/limit-sends.ts';
import { createMarkRead } from './messages/mark-read.ts';
import { createMessageChanges } from './messages/message-changes.ts';
import { createToMessage } from './messages/message-row.ts';
import { createReadMissed } from './messages/missed.ts';
import { createRecallMessage } from './messages/recall.ts';
import { createSendMessage } from './messages/send.ts';
import { traceSends } from './messages/traced-send.ts';
import { createWriter } from './messages/writer.ts';
import { createMetrics } from './metrics/metrics.ts';
import {
  attachmentObserver,
  requestObserver,
  sendObserver,
  socketObserver,
  writerObserver,
} from './metrics/observers.ts';
import type { Notifier } from './notifier.ts';
import { MAX_REPLAY_CHANGES } from './protocol/limits.ts';
import { openUserFeatures } from './user-features.ts';
import { openProviders } from './push/open-providers.ts';
import { openLimits, openServices } from './services.ts';
import { apiRoutes } from './transport/api.ts';
import { attachmentRoutes } from './transport/attachment-routes.ts';
import { type ClientAddress, createClientAddress } from './transport/client-address.ts';
import { limitConnections } from './transport/connections.ts';
import { createFrameHandler } from './transport/frame-handler.ts';
import { type Route, serveRoutes } from './transport/http.ts';
import { type ReadState, createReadState } from './transport/readiness.ts';
import { listen } from './transport/server.ts';
import { type SidePorts, serveSidePorts } from './transport/side-ports.ts';
import { metricsRoute, systemRoutes } from './transport/system.ts';
import { loadUws } from './transport/uws.ts';
import { serveWebSockets } from './transport/ws.ts';
import { createLastSeen } from './users/last-seen.ts';
import { demoRoutes } from './web/demo.ts';
import { inboxScriptRoutes } from './web/inbox-script.ts';
import { workerScriptRoutes } from './web/worker-script.ts';

/** How long a stopping node waits at least for REST answers, in milliseconds. */
const MAX_ANSWERING_MS = 5_000;
/** How long what was broken off may take to put itself away, in milliseconds. */
const MAX_BREAKING_OFF_MS = 2_000;

/** No address: it may be a person's. */
const UNTRUSTED_PROXY =
  'X-Forwarded-For came from an address that is not in TRUSTED_PROXIES: all who are behind it share the limits of one address';

export interface App extends Service, Partial<SidePorts> {
  /**
   * Refuses new sockets, answers `/readyz` with 503, closes the sockets with 1012 over `spreadMs` milliseconds, each when
   * what it asked for is done, and finishes what is being answered. Dispose of the app afterwards.
   */
  drain(spreadMs: number): Promise<void>;
  /** Takes no more connections: they find another process that shares the port. */
  stopListening(): void;
  readonly state: ReadState;
  metrics(): Promise<MetricsData>;
}

/** What a node leaves to the supervisor of several that share their port: `METRICS_PORT` and `AGENT_CHECK_PORT` are its own. */
export interface Supervised {
  /** The metrics of all of them. */
  readonly readMetrics: ReadMetrics;
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
export function createApp(
  config: Config,
  logger: Logger,
  overrides: Overrides = {},
  supervised?: Supervised,
): Promise<App> {
  return startWhole(logger, (disposer) => build(config, logger, overrides, supervised, disposer));
}

async function build(
  config: Config,
  logger: Logger,
  overrides: Overrides,
  supervised: Supervised | undefined,
  disposer: Disposer,
): Promise<App> {
  const stateDir = overrides.stateDir ?? packagePath('.parley');
  const uws = await loadUws();
  const services = await openServices(config, stateDir, logger, disposer);
  const { database, replica, read, auth, tracer } = services;
  const { wrapBus = (it) => it, wrapReadChanges = (it) => it } = overrides;
  const bus = wrapBus(services.bus);
  let draining = false;
  let notifier: Notifier | undefined;
  const isDraining = () => draining;
  const metrics = createMetrics({
    load: () => hub.load,
    undeliveredBytes: () => hub.undeliveredBytes,
    queuedWrites: () => writer.queued,
    runningBatches: () => writer.running,
    isBusConnected: () => bus.isConnected,
    lostPublishes: () => bus.lostPublishes,
    isPostgresUp: () => hub.isPostgresUp,
    pools: () => ({
      write: database.writePool,
      read: database.pool,
      ...(notifier?.pool && { jobs: notifier.pool }),
    }),
    replica,
    isDraining,
    backlog: config.role === 'all' ? () => notifier?.backlog() : undefined,
  });
  const onLimited = (limit: LimitName) => void (metrics.limited[limit] += 1);
  const limits = openLimits(config, onLimited, logger, disposer);

  const index = createConversationIndex(database);
  const attachments = await openAttachments(
    {
      settings: config.attachments,
      stateDir,
      deletedRetentionDays: config.deletedRetentionDays,
      database,
      admit: limits.newFile,
      logger,
      observer: attachmentObserver(metrics),
    },
    disposer,
  );
  const toMessage = createToMessage(attachments.urls);
  const showing: Showing = { toMessage, isOnline: (userId) => hub.presence.isOnline(userId) };
  const getConversation = createGetConversation(database, showing);
  const createConversation = createCreateConversation(
    database,
    bus,
    getConversation,
    limits.newConversation,
  );
  const app = uws.App();
  bus.onGap(() => metrics.gaps.inc());
  const hub = new Hub(
    {
      bus,
      index,
      readChanges: wrapReadChanges(createReadChanges(database, toMessage)),
      readMissed: createReadMissed(database, MAX_REPLAY_CHANGES, toMessage),
      readCreatedSince: createReadCreatedSince(database, showing),
      getConversation,
      lastSeen: createLastSeen(database.pool, logger, disposer),
      broadcast: (userId, frame) => app.publish(userId, frame),
      observer: {
        repaired: (changes) => metrics.repaired.inc(changes),
        resumed: (isComplete) => metrics.resumes.inc({ complete: String(isComplete) }),
      },
      tracer,
      logger,
    },
    disposer,
  );
  const writer = createWriter(database.writePool, logger, writerObserver(metrics));
  const limited = limitSends(
    createSendMessage(writer, bus, toMessage, attachments.finish, sendObserver(metrics, hub)),
    createRecallMessage(database, bus, toMessage),
    limits.message,
  );
  const sendMessage = tracer === undefined ? limited : traceSends(limited, tracer);
  const markRead = createMarkRead(writer, bus);
  const changes = createMessageChanges(
    writer,
    bus,
    toMessage,
    config.editWindowMinutes,
    limits.message,
  );

  const hidePresence = hub.presence.hide.bind(hub.presence);
  const { push, email } = config.notifications;
  const users = await openUserFeatures(push, database, hidePresence, logger, disposer);
  const authenticate = users.remembering(createAuthenticate(auth));
  const mayComeFrom = createOriginCheck(config.allowedOrigins);
  const readState = createReadState(database, isDraining, logger);
  const readMetrics = supervised?.readMetrics ?? (() => metrics.registry.metrics());
  const docsPage = await readFile(packagePath('src/web/docs.html'), 'utf8');
  const { store } = config.attachments;
  const routes: Route[] = [
    ...apiRoutes({
      createConversation,
      listConversations: createListConversations(read, showing),
      getConversation,
      readHistory: createReadHistory(read, toMessage),
      sendMessage,
      markRead,
      ...changes,
    }),
    ...attachmentRoutes(attachments),
    ...users.routes,
    ...(await openEmailAnswers(email, database, sendMessage)),
    ...systemRoutes({ bus, readState, docsPage }),
    ...(await inboxScriptRoutes()),
    ...(await workerScriptRoutes()),
    ...(config.metricsPort === undefined ? [metricsRoute(readMetrics)] : []),
    ...(config.demo && auth.kind === 'secret'
      ? await demoRoutes({
          auth,
          createConversation,
          bucket: store.kind === 's3' ? bucketOrigin(store.s3) : undefined,
        })
      : []),
  ];
  const requests = new InFlight();
  const findClient = createFindClient(config.trustedProxies);
  const clientAddress: ClientAddress = config.rateLimits
    ? createClientAddress(findClient, () => logger.warn(UNTRUSTED_PROXY))
    : () => undefined;
  const onAnswered = requestObserver(metrics);
  const common = { authenticate, mayComeFrom, limits, clientAddress, logger };
  const handleFrame = createFrameHandler({
    hub,
    sendMessage,
    markRead,
    ...changes,
    authenticate,
    counts: metrics,
    logger,
  });
  if (config.rateLimits) limitConnections(app, findClient, limits);
  serveWebSockets(app, {
    ...common,
    hub,
    handleFrame,
    isDraining,
    observer: socketObserver(metrics),
  });
  const { streamedBytes } = metrics;
  const httpParts = { ...common, requests, onAnswered, streamedBytes };
  serveRoutes(app, routes, httpParts);
  const sideParts = { readMetrics, readState, logger };
  const sidePorts = supervised === undefined && (await serveSidePorts(config, sideParts, disposer));
  await hub.join();
  const { notifierObserver: observer } = metrics;
  if (observer !== undefined) {
    const { notifications: settings } = config;
    const providers = await openProviders(settings.push, database, logger, disposer);
    const { openNotifier } = await import('./notifier.ts');
    notifier = await openNotifier(
      { settings, database, providers, toMessage, observer, logger },
      disposer,
    );
  }
  // Uploads that end with the node leave nothing behind.
  disposer.defer(() => Promise.race([requests.settled(), sleep(MAX_BREAKING_OFF_MS)]));
  const address = { ...config.listen, variable: 'PORT' };
  const listening = await listen(app, address, supervised !== undefined, uws, disposer);
  return {
    port: listening.port,
    ...sidePorts,
    state: readState,
    metrics: () => metrics.registry.getMetricsAsJSON(),
    stopListening: () => listening.close(),
    async drain(spreadMs) {
      draining = true;
      const until = performance.now() + spreadMs;
      await hub.drain(spreadMs);
      await writer.settled();
      // Files take their time. A client that keeps asking must not keep the node.
      const patienceMs = Math.max(MAX_ANSWERING_MS, until - performance.now());
      await Promise.race([requests.settled(), sleep(patienceMs)]);
      hub.leave();
    },
    [Symbol.asyncDispose]: () => disposer[Symbol.asyncDispose](),
  };
}

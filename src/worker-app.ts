import type { App, Supervised } from './app.ts';
import { createUrls } from './attachments/urls.ts';
import type { Config } from './config.ts';
import { openSigner } from './db/shared-signer.ts';
import { Disposer } from './lib/disposer.ts';
import { InFlight } from './lib/in-flight.ts';
import type { Logger } from './lib/logger.ts';
import { packagePath } from './lib/package-path.ts';
import { startWhole } from './lib/service.ts';
import { noLimits } from './limits/limits.ts';
import { createToMessage } from './messages/message-row.ts';
import { createWorkerMetrics } from './metrics/worker.ts';
import { type Notifier, openNotifier } from './notifier.ts';
import { notAuthorized } from './protocol/errors.ts';
import { openProviders } from './push/open-providers.ts';
import { openDatabases } from './services.ts';
import { type Route, serveRoutes } from './transport/http.ts';
import { createReadState } from './transport/readiness.ts';
import { listen } from './transport/server.ts';
import { serveSidePorts } from './transport/side-ports.ts';
import { metricsRoute, probeRoutes } from './transport/system.ts';
import { loadUws } from './transport/uws.ts';

/**
 * Builds a process that reaches those who are not there, and serves nobody (`ROLE=worker`): it needs PostgreSQL alone. On its port it
 * says how it is.
 *
 * @throws {StartupError} when something it needs is not there
 */
export function createWorkerApp(
  config: Config,
  logger: Logger,
  stateDir = packagePath('.parley'),
  supervised?: Supervised,
): Promise<App> {
  return startWhole(logger, (disposer) => build(config, logger, stateDir, supervised, disposer));
}

async function build(
  config: Config,
  logger: Logger,
  stateDir: string,
  supervised: Supervised | undefined,
  disposer: Disposer,
): Promise<App> {
  const uws = await loadUws();
  const { database } = await openDatabases(config, stateDir, logger, disposer);
  let draining = false;
  const readState = createReadState(database, () => draining, logger);
  let notifier: Notifier | undefined;
  const metrics = createWorkerMetrics({
    backlog: () => notifier?.backlog(),
    pools: () => ({
      write: database.writePool,
      read: database.pool,
      ...(notifier?.pool && { jobs: notifier.pool }),
    }),
    readState,
  });
  const readMetrics = supervised?.readMetrics ?? (() => metrics.registry.metrics());
  const app = uws.App();
  const routes: Route[] = [
    ...probeRoutes({ readState, degraded: () => [] }),
    ...(config.metricsPort === undefined ? [metricsRoute(readMetrics)] : []),
  ];
  serveRoutes(app, routes, {
    // There is nothing here that anybody may or may not do.
    authenticate: () => Promise.reject(notAuthorized()),
    mayComeFrom: () => false,
    limits: noLimits,
    clientAddress: () => undefined,
    requests: new InFlight(),
    onAnswered: () => undefined,
    streamedBytes: { received: 0, sent: 0 },
    logger,
  });
  const { notifications: settings } = config;
  const providers = await openProviders(settings.push, database, logger, disposer);
  const observer = metrics.notifierObserver;
  // Ended first: whoever asks meanwhile is told that it drains.
  const work = new Disposer();
  disposer.defer(() => work[Symbol.asyncDispose]());
  const toMessage = createToMessage(createUrls(await openSigner(database, 'attachment_urls')).show);
  const parts = { settings, database, providers, toMessage, observer, logger };
  notifier = await openNotifier(parts, work);
  if (notifier.pool === undefined)
    logger.warn('ROLE=worker has nothing to do: neither push, nor e-mail, nor a webhook is set up');
  const sideParts = { readMetrics, readState, logger };
  const sidePorts = supervised === undefined && (await serveSidePorts(config, sideParts, disposer));
  const address = { ...config.listen, variable: 'PORT' };
  const listening = await listen(app, address, supervised !== undefined, uws, disposer);
  return {
    port: listening.port,
    ...sidePorts,
    state: readState,
    metrics: () => metrics.registry.getMetricsAsJSON(),
    stopListening: () => listening.close(),
    async drain() {
      draining = true;
      await work[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: () => disposer[Symbol.asyncDispose](),
  };
}

import { createServer } from 'node:http';
import type { Disposer } from '../lib/disposer.ts';
import { type Address, listenTcp } from '../lib/listen-tcp.ts';
import type { Logger } from '../lib/logger.ts';
import { METRICS_TYPE, type ReadMetrics } from '../lib/metrics-text.ts';

/**
 * `/metrics` on a port of its own, where nobody else can ask for it. A few scrapes a minute need no uWebSockets.js: so the
 * supervisor of many workers does without it.
 *
 * @returns the port
 * @throws {StartupError} when it can't listen there
 */
export async function serveMetrics(
  readMetrics: ReadMetrics,
  address: Address,
  logger: Logger,
  disposer: Disposer,
): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    } else {
      readMetrics().then(
        (text) => response.writeHead(200, { 'Content-Type': METRICS_TYPE }).end(text),
        (error: unknown) => {
          logger.error({ err: error }, 'the metrics could not be read');
          response.writeHead(503).end();
        },
      );
    }
  });
  const port = await listenTcp(server, address);
  // Such as no more file descriptors: it goes on listening.
  server.on('error', (err) => logger.warn({ err }, 'a scrape could not be taken'));
  disposer.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return port;
}

import type { Registry } from 'prom-client';
import type { Bus } from '../bus/bus.ts';
import type { Database } from '../db/pool.ts';
import { asyncApiDocument } from '../protocol/asyncapi.ts';
import { openApiDocument } from '../protocol/openapi.ts';
import { HttpError } from './problem.ts';
import type { Route } from './http.ts';
import { html, json } from './reply.ts';

const READY_TIMEOUT_MS = 2_000;

export interface SystemParts {
  readonly database: Database;
  readonly bus: Bus;
  readonly isDraining: () => boolean;
  /** The page behind `/docs`. */
  readonly docsPage: string;
}

/** What balancers, operators and developers ask for. */
export const systemRoutes = ({ database, bus, isDraining, docsPage }: SystemParts): Route[] => [
  { method: 'GET', path: '/healthz', access: 'probe', handle: () => json(200, { status: 'ok' }) },
  {
    method: 'GET',
    path: '/readyz',
    access: 'probe',
    async handle() {
      if (isDraining()) throw new HttpError(503, 'unavailable', 'this node is draining');
      await answersInTime(database);
      // Without Redis the node serves on, from PostgreSQL: taking it out would take all out.
      return json(200, { status: 'ok', ...(bus.isConnected ? {} : { degraded: ['redis'] }) });
    },
  },
  {
    method: 'GET',
    path: '/openapi.json',
    access: 'public',
    handle: () => json(200, openApiDocument()),
  },
  {
    method: 'GET',
    path: '/asyncapi.json',
    access: 'public',
    handle: () => json(200, asyncApiDocument()),
  },
  { method: 'GET', path: '/docs', access: 'public', handle: () => html(docsPage) },
];

/** A hung PostgreSQL is as good as none, and a balancer does not wait for long. */
async function answersInTime({ pool }: Database): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new HttpError(503, 'unavailable', 'PostgreSQL does not answer')),
      READY_TIMEOUT_MS,
    );
  });
  const answer = pool.query('SELECT 1');
  answer.catch(() => undefined);
  await Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
}

export const metricsRoute = (registry: Registry): Route => ({
  method: 'GET',
  path: '/metrics',
  access: 'probe',
  async handle() {
    return { status: 200, type: registry.contentType, body: await registry.metrics() };
  },
});

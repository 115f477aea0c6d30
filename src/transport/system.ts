import type { Registry } from 'prom-client';
import type { Database } from '../db/pool.ts';
import { asyncApiDocument } from '../protocol/asyncapi.ts';
import { openApiDocument } from '../protocol/openapi.ts';
import { HttpError } from './problem.ts';
import type { Route } from './http.ts';
import { html, json } from './reply.ts';

export interface SystemParts {
  readonly database: Database;
  readonly isDraining: () => boolean;
  /** The page behind `/docs`. */
  readonly docsPage: string;
}

/** What balancers, operators and developers ask for. */
export const systemRoutes = ({ database, isDraining, docsPage }: SystemParts): Route[] => [
  { method: 'GET', path: '/healthz', access: 'public', handle: () => json(200, { status: 'ok' }) },
  {
    method: 'GET',
    path: '/readyz',
    access: 'public',
    async handle() {
      if (isDraining()) throw new HttpError(503, 'unavailable', 'this node is draining');
      await database.pool.query('SELECT 1');
      return json(200, { status: 'ok' });
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

export const metricsRoute = (registry: Registry): Route => ({
  method: 'GET',
  path: '/metrics',
  access: 'public',
  async handle() {
    return { status: 200, type: registry.contentType, body: await registry.metrics() };
  },
});

import type { Bus } from '../bus/bus.ts';
import { METRICS_TYPE, type ReadMetrics } from '../lib/metrics-text.ts';
import { asyncApiDocument } from '../protocol/asyncapi.ts';
import { openApiDocument } from '../protocol/openapi.ts';
import { HttpError } from './problem.ts';
import type { ReadState } from './readiness.ts';
import type { Route } from './http.ts';
import { html, json } from './reply.ts';

export interface ProbeParts {
  readonly readState: ReadState;
  /** What is away that it serves on without. */
  readonly degraded: () => readonly string[];
}

export interface SystemParts {
  readonly bus: Bus;
  readonly readState: ReadState;
  /** The page behind `/docs`. */
  readonly docsPage: string;
}

/** What balancers and supervisors ask for. */
export const probeRoutes = ({ readState, degraded }: ProbeParts): Route[] => [
  {
    method: 'GET',
    path: '/healthz',
    access: 'unlimited',
    handle: () => json(200, { status: 'ok' }),
  },
  {
    method: 'GET',
    path: '/readyz',
    access: 'unlimited',
    async handle() {
      const state = await readState();
      if (state !== 'up') throw new HttpError(503, 'unavailable', NOT_READY[state]);
      const away = degraded();
      return json(200, { status: 'ok', ...(away.length === 0 ? {} : { degraded: away }) });
    },
  },
];

/** What balancers, operators and developers ask for. */
export const systemRoutes = ({ bus, readState, docsPage }: SystemParts): Route[] => [
  // Without Redis the node serves on, from PostgreSQL: taking it out would take all out.
  ...probeRoutes({ readState, degraded: () => (bus.isConnected ? [] : ['redis']) }),
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

const NOT_READY = {
  drain: 'this node is draining',
  down: 'PostgreSQL does not answer',
} as const;

export const metricsRoute = (readMetrics: ReadMetrics): Route => ({
  method: 'GET',
  path: '/metrics',
  access: 'unlimited',
  async handle() {
    return { status: 200, type: METRICS_TYPE, body: await readMetrics() };
  },
});

import { STATUS_CODES } from 'node:http';
import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { Identity } from '../auth/authenticate.ts';
import { isOutage } from '../db/sql-state.ts';
import type { InFlight } from '../lib/in-flight.ts';
import type { Logger } from '../lib/logger.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { type AdmissionParts, admit, refuseOver } from './admission.ts';
import { parseBody, readBody } from './body.ts';
import type { ClientAddress } from './client-address.ts';
import { corsHeaders } from './cors.ts';
import { HttpError, isOurFault, toProblem } from './problem.ts';
import type { Reply } from './reply.ts';
import { type RequestHead, readHead } from './request-head.ts';

type Method = 'GET' | 'POST';

/** What a handler gets of a request. */
export interface Request {
  /** By the names in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON; `undefined` for a GET. */
  readonly body: unknown;
  /** The header, as it came; `undefined` without one. */
  readonly traceparent: string | undefined;
  /** The headers, as they came; empty without one. */
  readonly acceptEncoding: string;
  readonly ifNoneMatch: string;
}

export type Route = { readonly method: Method; readonly path: string } & (
  | {
      /** `probe`: of balancers and supervisors, so never limited. */
      readonly access: 'public' | 'probe';
      readonly handle: (request: Request) => Reply | Promise<Reply>;
    }
  | {
      readonly access: 'user';
      /** It sends a message, perhaps once more. */
      readonly isSend?: boolean;
      readonly handle: (request: Request, identity: Identity) => Reply | Promise<Reply>;
    }
);

export interface HttpParts extends AdmissionParts {
  readonly clientAddress: ClientAddress;
  readonly requests: InFlight;
  readonly onAnswered: (answered: Answered) => void;
  readonly logger: Logger;
}

/** What there is to say of a request, in few words: the route's path, not the request's. */
export interface Answered {
  readonly method: string;
  readonly route: string;
  /** `undefined` when the client did not wait for the answer. */
  readonly status: number | undefined;
  readonly seconds: number;
}

/** Registers the routes; everything else is answered with 404 or, on a known path, 405. */
export function serveRoutes(app: TemplatedApp, routes: readonly Route[], parts: HttpParts): void {
  const report = createReport(parts.logger);
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
    app.any(
      path,
      (res, req) => void parts.requests.track(answer(res, req, names, here, parts, report)),
    );
  }
  app.any('/*', (res, req) => void parts.requests.track(answer(res, req, [], [], parts, report)));
}

async function answer(
  res: HttpResponse,
  req: HttpRequest,
  names: readonly string[],
  routes: readonly Route[],
  parts: HttpParts,
  report: Report,
): Promise<void> {
  const started = performance.now();
  // `req` is dead after the first await: read all of it now.
  const method = req.getCaseSensitiveMethod();
  const head = readHead(req, names, parts.clientAddress(res, req));
  let aborted = false;
  const body = readBody(res, () => (aborted = true));
  const cors = corsHeaders(head, parts.mayComeFrom);
  let reply: Reply;
  try {
    reply =
      method === 'OPTIONS' && routes.length > 0
        ? options(head, routes, parts)
        : await handle(method, head, body, routes, parts);
  } catch (error) {
    if (isOurFault(error) && !aborted) report(error, method, head.requestId, routes[0]?.path);
    reply = toProblem(error);
  }
  if (!aborted) {
    // A route may know better who may read its answers.
    const isItsOwn = reply.headers?.['Access-Control-Allow-Origin'] !== undefined;
    const headers = {
      'X-Request-Id': head.requestId,
      ...(isItsOwn ? {} : cors),
      ...reply.headers,
    };
    res.cork(() => write(res, { ...reply, headers }, method === 'HEAD'));
  }
  parts.onAnswered({
    method: METHODS.has(method) ? method : 'other',
    route: routes[0]?.path ?? 'none',
    status: aborted ? undefined : reply.status,
    seconds: (performance.now() - started) / 1_000,
  });
}

/** Anybody may send any other, and each would be a time series. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

type Report = (error: unknown, method: string, requestId: string, path: string | undefined) => void;

/** What is away is a warning, once a second; all else is a mistake in this program. */
function createReport(logger: Logger): Report {
  const outage = sparing(OUTAGE_REPORT_MS, (leftOut, line: object) =>
    logger.warn({ ...line, leftOut }, 'a request failed'),
  );
  return (err, method, requestId, path) => {
    const line = { err, requestId, method, path };
    if (err instanceof ProtocolError || isOutage(err)) outage(line);
    else logger.error(line, 'a request failed');
  };
}

function options(head: RequestHead, routes: readonly Route[], { limits }: HttpParts): Reply {
  refuseOver(limits.anonymousRequest(head.address));
  return { status: 204, type: '', body: '', headers: { Allow: allowed(routes) } };
}

async function handle(
  method: string,
  head: RequestHead,
  body: Promise<Buffer>,
  routes: readonly Route[],
  parts: HttpParts,
): Promise<Reply> {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const route = routes.find((candidate) => candidate.method === wanted);
  const access = route?.access ?? 'public';
  if (access === 'public') refuseOver(parts.limits.anonymousRequest(head.address));
  if (routes.length === 0) throw new HttpError(404, 'not_found', 'there is no such resource');
  if (route === undefined) {
    const Allow = allowed(routes);
    throw new HttpError(405, 'method_not_allowed', `use ${Allow}`, { Allow });
  }
  const identity = route.access === 'user' ? await admit(head, route, parts) : undefined;
  const request: Request = {
    params: head.params,
    query: head.query,
    traceparent: head.traceparent,
    acceptEncoding: head.acceptEncoding,
    ifNoneMatch: head.ifNoneMatch,
    body: route.method === 'POST' ? parseBody(head.contentType, await body) : undefined,
  };
  return route.access === 'user' && identity !== undefined
    ? route.handle(request, identity)
    : (route as Extract<Route, { access: 'public' | 'probe' }>).handle(request);
}

const allowed = (routes: readonly Route[]): string =>
  [
    ...new Set(routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))),
  ].join(', ');

function write(res: HttpResponse, reply: Reply, isHead: boolean): void {
  res.writeStatus(`${reply.status} ${STATUS_CODES[reply.status] ?? ''}`);
  if (reply.type !== '') res.writeHeader('Content-Type', reply.type);
  res.writeHeader('X-Content-Type-Options', 'nosniff');
  for (const [name, value] of Object.entries(reply.headers ?? {})) res.writeHeader(name, value);
  if (reply.status === 204 || reply.status === 304) res.endWithoutBody();
  else if (isHead) res.endWithoutBody(Buffer.byteLength(reply.body));
  else res.end(typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body);
}

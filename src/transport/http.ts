import { STATUS_CODES } from 'node:http';
import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { Identity } from '../auth/authenticate.ts';
import type { OriginCheck } from '../auth/origin.ts';
import type { InFlight } from '../lib/in-flight.ts';
import type { Logger } from '../lib/logger.ts';
import { MAX_FRAME_BYTES } from '../protocol/limits.ts';
import { type AdmissionParts, admit, refuseOver } from './admission.ts';
import type { ClientAddress } from './client-address.ts';
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
}

export type Route = { readonly method: Method; readonly path: string } & (
  | {
      /** `probe`: of balancers and supervisors, so never limited. */
      readonly access: 'public' | 'probe';
      readonly handle: (request: Request) => Reply | Promise<Reply>;
    }
  | {
      readonly access: 'user';
      readonly handle: (request: Request, identity: Identity) => Reply | Promise<Reply>;
    }
);

export interface HttpParts extends AdmissionParts {
  readonly clientAddress: ClientAddress;
  readonly requests: InFlight;
  readonly logger: Logger;
}

/** Registers the routes; everything else is answered with 404 or, on a known path, 405. */
export function serveRoutes(app: TemplatedApp, routes: readonly Route[], parts: HttpParts): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
    app.any(path, (res, req) => void parts.requests.track(answer(res, req, names, here, parts)));
  }
  app.any('/*', (res, req) => void parts.requests.track(answer(res, req, [], [], parts)));
}

async function answer(
  res: HttpResponse,
  req: HttpRequest,
  names: readonly string[],
  routes: readonly Route[],
  parts: HttpParts,
): Promise<void> {
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
        ? { status: 204, type: '', body: '', headers: { Allow: allowed(routes) } }
        : await handle(method, head, body, routes, parts);
  } catch (error) {
    if (isOurFault(error) && !aborted) {
      parts.logger.error({ err: error, method, path: routes[0]?.path }, 'a request failed');
    }
    reply = toProblem(error);
  }
  if (aborted) return;
  res.cork(() => write(res, reply, cors, method === 'HEAD'));
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
  const identity = route.access === 'user' ? await admit(head, route.method, parts) : undefined;
  const request: Request = {
    params: head.params,
    query: head.query,
    body: route.method === 'POST' ? parseBody(head.contentType, await body) : undefined,
  };
  return route.access === 'user' && identity !== undefined
    ? route.handle(request, identity)
    : (route as Extract<Route, { access: 'public' | 'probe' }>).handle(request);
}

/** Rejects when the body is too large, or when the client goes away first. */
function readBody(res: HttpResponse, onAborted: () => void): Promise<Buffer> {
  const body = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    res.onAborted(() => {
      onAborted();
      reject(new HttpError(400, 'invalid_message', 'the request was broken off'));
    });
    res.onData((chunk, isLast) => {
      size += chunk.byteLength;
      if (size > MAX_FRAME_BYTES) {
        chunks.length = 0;
        reject(
          new HttpError(413, 'body_too_large', `the body must be at most ${MAX_FRAME_BYTES} bytes`),
        );
        return;
      }
      // uWebSockets.js takes the chunk back after this call.
      chunks.push(Buffer.from(Buffer.from(chunk)));
      if (isLast) resolve(Buffer.concat(chunks));
    });
  });
  // Not every handler asks for the body.
  body.catch(() => undefined);
  return body;
}

function parseBody(contentType: string, body: Buffer): unknown {
  if (!/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new HttpError(415, 'unsupported_media_type', 'the content type must be application/json');
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpError(400, 'invalid_message', 'the body must be JSON');
  }
}

const allowed = (routes: readonly Route[]): string =>
  [
    ...new Set(routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))),
  ].join(', ');

/** The Fetch standard, "CORS protocol": allowed origins may read answers and send tokens. */
function corsHeaders(
  { origin, host }: RequestHead,
  mayComeFrom: OriginCheck,
): Readonly<Record<string, string>> {
  // Caches must not give one origin what another got.
  if (origin === '' || !mayComeFrom(origin, host)) return { Vary: 'Origin' };
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type',
    'Access-Control-Allow-Methods': 'GET, POST',
    'Access-Control-Max-Age': '600',
    Vary: 'Origin',
  };
}

function write(
  res: HttpResponse,
  reply: Reply,
  cors: Readonly<Record<string, string>>,
  isHead: boolean,
): void {
  res.writeStatus(`${reply.status} ${STATUS_CODES[reply.status] ?? ''}`);
  if (reply.type !== '') res.writeHeader('Content-Type', reply.type);
  res.writeHeader('X-Content-Type-Options', 'nosniff');
  for (const [name, value] of Object.entries({ ...reply.headers, ...cors }))
    res.writeHeader(name, value);
  if (reply.status === 204) res.endWithoutBody();
  else if (isHead) res.endWithoutBody(Buffer.byteLength(reply.body));
  else res.end(Buffer.from(reply.body));
}

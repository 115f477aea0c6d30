import type { Readable } from 'node:stream';
import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { Identity } from '../auth/authenticate.ts';
import { isOutage } from '../db/sql-state.ts';
import { errorCode } from '../lib/error-code.ts';
import type { InFlight } from '../lib/in-flight.ts';
import type { Logger } from '../lib/logger.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { type AdmissionParts, type Method, admit, refuseOver } from './admission.ts';
import { parseBody, readBody } from './body.ts';
import { type IncomingBody, streamBody } from './body-stream.ts';
import type { ClientAddress } from './client-address.ts';
import { corsHeaders } from './cors.ts';
import { HttpError, isOurFault, toProblem } from './problem.ts';
import type { Reply } from './reply.ts';
import { type RequestHead, readHead } from './request-head.ts';
import { type Client, sendStream } from './send-stream.ts';
import { isStreamed, writeReply } from './write-reply.ts';

/** What a handler gets of a request. */
export interface Request {
  /** By the names in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON of a POST or PATCH, or of a route that says so; `undefined` of others. */
  readonly body: unknown;
  /** The header, as it came; `undefined` without one. */
  readonly traceparent: string | undefined;
  /** The headers, as they came; empty without one. */
  readonly acceptEncoding: string;
  readonly ifNoneMatch: string;
}

/** What a handler gets of a request that brings its permission with it, in its URL or in headers. */
export interface SignedRequest extends Omit<Request, 'body'> {
  /** Those that the route names; empty without one. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** As it comes; empty for a GET. */
  readonly body: Readable;
  /** What the client says that it has, in bytes. */
  readonly contentLength: number | undefined;
}

export type Route = { readonly method: Method; readonly path: string } & (
  | {
      /** `unlimited`: what balancers and supervisors ask for, and the demo, all of whose people are at one address. */
      readonly access: 'public' | 'unlimited';
      readonly handle: (request: Request) => Reply | Promise<Reply>;
    }
  | {
      readonly access: 'user';
      /** It sends a message, perhaps once more. */
      readonly isSend?: boolean;
      /** Of a method that has none elsewhere. */
      readonly hasBody?: boolean;
      readonly handle: (request: Request, identity: Identity) => Reply | Promise<Reply>;
    }
  | {
      /** `not_authorized` when it is not signed by us: only these are limited. */
      readonly access: 'signed';
      /** That it wants to see, in lower case. */
      readonly headers?: readonly string[];
      readonly handle: (request: SignedRequest) => Promise<Reply>;
    }
);

export interface HttpParts extends AdmissionParts {
  readonly clientAddress: ClientAddress;
  readonly requests: InFlight;
  readonly onAnswered: (answered: Answered) => void;
  /** Of bodies that are streams: added to as they go. */
  readonly streamedBytes: Record<'received' | 'sent', number>;
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
  const route = findRoute(routes, method);
  const headers = route?.access === 'signed' ? route.headers : undefined;
  const head = readHead(req, names, parts.clientAddress(res, req), headers);
  const client: Client = { isGone: false, onGone: () => undefined };
  const onAborted = (): void => {
    client.isGone = true;
    client.onGone();
  };
  const body = takeBody(res, route, onAborted, parts);
  const cors = corsHeaders(head, parts.mayComeFrom);
  let reply: Reply;
  try {
    reply =
      method === 'OPTIONS' && routes.length > 0
        ? options(head, routes, parts)
        : await handle(route, head, body, routes, parts);
  } catch (error) {
    if (isOurFault(error) && !client.isGone) report(error, method, head.requestId, routes[0]?.path);
    reply = toProblem(error);
  }
  const streamed = isStreamed(reply.body) ? reply.body : undefined;
  // Nobody reads on.
  const isLast = 'stream' in body && !(await body.dropRest(head.contentLength));
  if (!client.isGone) {
    // A route may know better who may read its answers.
    const isItsOwn = reply.headers?.['Access-Control-Allow-Origin'] !== undefined;
    const answerHeaders = {
      'X-Request-Id': head.requestId,
      ...(isItsOwn ? {} : cors),
      ...reply.headers,
    };
    res.cork(() =>
      writeReply(res, { ...reply, headers: answerHeaders }, method === 'HEAD', isLast),
    );
  }
  if (method === 'HEAD' || client.isGone) streamed?.stream.destroy();
  else if (streamed !== undefined) {
    await sendStream(res, streamed.stream, streamed.size, client, (bytes) => {
      parts.streamedBytes.sent += bytes;
    }).catch((error: unknown) => report(error, method, head.requestId, routes[0]?.path));
  }
  parts.onAnswered({
    method: METHODS.has(method) ? method : 'other',
    route: routes[0]?.path ?? 'none',
    status: client.isGone ? undefined : reply.status,
    seconds: (performance.now() - started) / 1_000,
  });
}

type Body = IncomingBody | Promise<Buffer>;

const takeBody = (
  res: HttpResponse,
  route: Route | undefined,
  onAborted: () => void,
  { streamedBytes }: HttpParts,
): Body =>
  route?.access === 'signed'
    ? streamBody(res, onAborted, (bytes) => void (streamedBytes.received += bytes))
    : readBody(res, onAborted);

/** Anybody may send any other, and each would be a time series. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const HAVE_BODY: ReadonlySet<Method> = new Set(['POST', 'PATCH']);

const hasBody = (route: Route): boolean =>
  HAVE_BODY.has(route.method) || (route.access === 'user' && route.hasBody === true);

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
  route: Route | undefined,
  head: RequestHead,
  body: Body,
  routes: readonly Route[],
  parts: HttpParts,
): Promise<Reply> {
  const access = route?.access ?? 'public';
  if (access === 'public') refuseOver(parts.limits.anonymousRequest(head.address));
  if (routes.length === 0) throw new HttpError(404, 'not_found', 'there is no such resource');
  if (route === undefined) {
    const Allow = allowed(routes);
    throw new HttpError(405, 'method_not_allowed', `use ${Allow}`, { Allow });
  }
  const request = {
    params: head.params ?? badPath(),
    query: head.query,
    traceparent: head.traceparent,
    acceptEncoding: head.acceptEncoding,
    ifNoneMatch: head.ifNoneMatch,
  };
  if (route.access === 'signed') {
    const signed = {
      ...request,
      headers: head.extra,
      contentType: head.contentType,
      body: (body as IncomingBody).stream,
      contentLength: head.contentLength,
    };
    return route.handle(signed).catch((error: unknown) => {
      if (errorCode(error) === 'not_authorized')
        refuseOver(parts.limits.anonymousRequest(head.address));
      throw error;
    });
  }
  const identity = route.access === 'user' ? await admit(head, route, parts) : undefined;
  const whole = {
    ...request,
    body: hasBody(route) ? parseBody(head.contentType, await (body as Promise<Buffer>)) : undefined,
  };
  return route.access === 'user' && identity !== undefined
    ? route.handle(whole, identity)
    : (route as Extract<Route, { access: 'public' | 'unlimited' }>).handle(whole);
}

/** HEAD is answered as GET, without a body. */
const findRoute = (routes: readonly Route[], method: string): Route | undefined =>
  routes.find((route) => route.method === (method === 'HEAD' ? 'GET' : method));

function badPath(): never {
  throw new HttpError(400, 'invalid_message', 'the path must be percent-encoded UTF-8');
}

const allowed = (routes: readonly Route[]): string =>
  [
    ...new Set(routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))),
  ].join(', ');

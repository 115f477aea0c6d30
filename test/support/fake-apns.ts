import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import {
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  createSecureServer,
  createServer,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ApnsSettings } from '../../src/config-notifications.ts';
import type { PushDevice } from '../../src/push/provider.ts';
import type { Certificates } from './certificates.ts';
import { checkJwt } from './check-jwt.ts';
import { PushService, textOf } from './push-service.ts';

const TOPIC = 'example.shop.app';
const KEY_ID = 'ABC123DEFG';
const TEAM_ID = 'DEF123GHIJ';
const MAX_PAYLOAD = 4_096;
const HOUR_S = 3_600;
const UPDATE_S = 1_200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Answer {
  readonly status: number;
  readonly reason?: string;
  readonly retryAfter?: string;
}

export interface FakeApnsOptions {
  /** Else h2c. */
  readonly tls?: Certificates;
  /** Streams at once that it allows whoever has shown a valid token. */
  readonly maxStreams?: number;
}

/**
 * Apple Push Notification service as its documentation has it: HTTP/2, a token of the provider (ES256) in each request, one stream until it has seen a valid one. Close it.
 */
export class FakeApns extends PushService implements AsyncDisposable {
  readonly url: string;
  readonly settings: ApnsSettings;
  /** Variables for a node. */
  readonly env: Record<string, string>;
  /** The most streams that were open at once. */
  maxOpen = 0;
  /** Provider tokens it has seen. */
  readonly tokens = new Map<string, number>();
  readonly #server: Http2Server;
  readonly #folder: string;
  readonly #publicKey;
  #maxStreams: number;
  readonly #sessions = new Set<ServerHttp2Session>();
  /** The last token on each connection. */
  readonly #lastToken = new WeakMap<object, string>();
  #open = 0;

  static async start({ tls, maxStreams = 100 }: FakeApnsOptions = {}): Promise<FakeApns> {
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-apns-'));
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keyFile = path.join(folder, `AuthKey_${KEY_ID}.p8`);
    await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const settings = { maxConcurrentStreams: 1 };
    const server =
      tls === undefined
        ? createServer({ settings })
        : createSecureServer({
            settings,
            cert: await readFile(tls.cert),
            key: await readFile(tls.key),
          });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
    return new FakeApns(server, folder, keyFile, publicKey, url, maxStreams);
  }

  private constructor(
    server: Http2Server,
    folder: string,
    keyFile: string,
    publicKey: ReturnType<typeof generateKeyPairSync>['publicKey'],
    url: string,
    maxStreams: number,
  ) {
    super();
    this.url = url;
    this.#server = server;
    this.#folder = folder;
    this.#publicKey = publicKey;
    this.#maxStreams = maxStreams;
    this.settings = { keyFile, keyId: KEY_ID, teamId: TEAM_ID, topic: TOPIC, url };
    this.env = {
      APNS_KEY_FILE: keyFile,
      APNS_KEY_ID: KEY_ID,
      APNS_TEAM_ID: TEAM_ID,
      APNS_TOPIC: TOPIC,
      APNS_URL: url,
    };
    server.on('session', (session) => {
      this.connections += 1;
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
      session.on('error', () => undefined);
    });
    server.on('stream', (stream, headers) => void this.#serve(stream, headers));
  }

  newDevice(): PushDevice {
    const token = randomBytes(32).toString('hex');
    this.addDevice(token);
    return { id: token.slice(0, 8), platform: 'apns', token, keys: undefined };
  }

  /** Streams at once, from now on. */
  allow(maxStreams: number): void {
    this.#maxStreams = maxStreams;
    for (const session of this.#sessions) session.settings({ maxConcurrentStreams: maxStreams });
  }

  /** All connections break off; the port stays its own, and refuses. */
  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async startAgain(): Promise<void> {
    this.#server.listen(Number(new URL(this.url).port), '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }

  async #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    this.#open += 1;
    this.maxOpen = Math.max(this.maxOpen, this.#open);
    stream.on('error', () => undefined);
    stream.on('close', () => (this.#open -= 1));
    const pieces: Buffer[] = [];
    for await (const piece of stream as AsyncIterable<Buffer>) pieces.push(piece);
    const { session } = stream;
    if (session === undefined || stream.destroyed) return;
    const fault = this.nextFault();
    if (fault === undefined)
      return this.#answer(stream, headers, this.#judge(session, headers, pieces));
    if ('hang' in fault) return;
    if ('reset' in fault) return session.destroy();
    if ('goaway' in fault) {
      // It has seen the streams before this one.
      session.goaway(fault.goaway, Math.max(0, (stream.id ?? 1) - 2));
      return;
    }
    if (fault.reason === 'ExpiredProviderToken') this.#lastToken.delete(session);
    this.#answer(stream, headers, fault);
  }

  #answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, answer: Answer): void {
    if (stream.destroyed || stream.closed) return;
    stream.respond({
      ':status': answer.status,
      'apns-id': textOf(headers['apns-id']),
      ...(answer.retryAfter === undefined ? {} : { 'retry-after': answer.retryAfter }),
    });
    if (answer.reason === undefined) stream.end();
    else
      stream.end(
        JSON.stringify({
          reason: answer.reason,
          ...(answer.status === 410 ? { timestamp: Date.now() } : {}),
        }),
      );
  }

  #judge(session: object, headers: IncomingHttpHeaders, pieces: Buffer[]): Answer {
    const refuse = (status: number, reason: string): Answer => {
      this.complain(`${status} ${reason}`);
      return { status, reason };
    };
    const tokenFault = this.#checkToken(session, headers.authorization);
    if (tokenFault !== undefined) return refuse(...tokenFault);
    const token = /^\/3\/device\/([0-9a-f]+)$/.exec(textOf(headers[':path']))?.[1];
    if (headers[':method'] !== 'POST') return refuse(405, 'MethodNotAllowed');
    if (token === undefined) return refuse(404, 'BadPath');
    if (headers['apns-topic'] !== TOPIC) return refuse(400, 'BadTopic');
    if (headers['apns-push-type'] !== 'alert') return refuse(400, 'InvalidPushType');
    const collapseId = textOf(headers['apns-collapse-id']);
    if (collapseId === '' || Buffer.byteLength(collapseId) > 64)
      return refuse(400, 'BadCollapseId');
    if (!UUID.test(textOf(headers['apns-id']))) return refuse(400, 'BadMessageId');
    if (!/^\d{1,10}$/.test(textOf(headers['apns-expiration'])))
      return refuse(400, 'BadExpirationDate');
    if (!/^(1|5|10)$/.test(textOf(headers['apns-priority']))) return refuse(400, 'BadPriority');
    const bytes = Buffer.concat(pieces);
    if (bytes.length === 0) return refuse(400, 'PayloadEmpty');
    if (bytes.length > MAX_PAYLOAD) return refuse(413, 'PayloadTooLarge');
    if (token.length !== 64) return { status: 400, reason: 'BadDeviceToken' };
    if (!this.has(token)) return { status: 410, reason: 'Unregistered' };
    const payload = JSON.parse(bytes.toString()) as Payload;
    const { alert, badge } = payload.aps;
    this.take({
      token,
      pushId: textOf(headers['apns-id']),
      collapseId,
      title: alert.title,
      body: alert.body,
      badge,
      payload,
    });
    return { status: 200 };
  }

  #checkToken(session: object, authorization = ''): [number, string] | undefined {
    const token = /^bearer (\S+)$/.exec(authorization)?.[1];
    if (token === undefined) return [403, 'MissingProviderToken'];
    let issuedAt = this.tokens.get(token);
    if (issuedAt === undefined) {
      const checked = checkJwt(token, 'ES256', this.#publicKey);
      const { iss, iat } = checked?.claims ?? {};
      const isRight = checked?.header['kid'] === KEY_ID && iss === TEAM_ID;
      if (!isRight || typeof iat !== 'number') return [403, 'InvalidProviderToken'];
      issuedAt = iat;
      this.tokens.set(token, iat);
    }
    const age = Date.now() / 1_000 - issuedAt;
    if (age < -60) return [403, 'InvalidProviderToken'];
    if (age > HOUR_S) return [403, 'ExpiredProviderToken'];
    const last = this.#lastToken.get(session);
    if (last !== undefined && last !== token && issuedAt - (this.tokens.get(last) ?? 0) < UPDATE_S)
      return [429, 'TooManyProviderTokenUpdates'];
    this.#lastToken.set(session, token);
    if (last === undefined)
      (session as ServerHttp2Session).settings({ maxConcurrentStreams: this.#maxStreams });
    return undefined;
  }
}

type Payload = Record<string, unknown> & {
  readonly aps: {
    readonly alert: { readonly title: string; readonly body: string };
    readonly badge: number;
  };
};

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PushDevice } from '../../src/push/provider.ts';
import { checkJwt } from './check-jwt.ts';
import { type HttpAnswer, HttpPushService, type Listening } from './http-push-service.ts';

const PROJECT = 'parley-test';
const CLIENT = 'pusher@parley-test.iam.example';
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const MAX_PAYLOAD = 4_096;
const HOUR_S = 3_600;
const NOT_A_TOKEN = 'The registration token is not a valid FCM registration token';

/** Firebase Cloud Messaging's HTTP v1 API, with Google's token endpoint, as their references have them. Close it. */
export class FakeFcm extends HttpPushService {
  readonly settings: { readonly serviceAccountFile: string; readonly url: string };
  /** Variables for a node. */
  readonly env: Record<string, string>;
  /** How often somebody asked for an access token. */
  tokenRequests = 0;
  /** For how long they are given out, in seconds. */
  tokenSeconds = 3_599;
  /** What the token endpoint answers in place of a token. */
  tokenFault: HttpAnswer | 'hang' | undefined;
  /** When the access tokens expire, in milliseconds. */
  readonly #accessTokens = new Map<string, number>();
  readonly #folder: string;
  readonly #publicKey;
  readonly #keyId = randomBytes(20).toString('hex');
  readonly #others = new Set<string>();

  static async start(): Promise<FakeFcm> {
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-fcm-'));
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const fcm = new FakeFcm(await HttpPushService.listen(), folder, publicKey);
    const account = {
      type: 'service_account',
      project_id: PROJECT,
      private_key_id: fcm.#keyId,
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: CLIENT,
      token_uri: `${fcm.url}/token`,
    };
    await writeFile(fcm.settings.serviceAccountFile, JSON.stringify(account, undefined, 2));
    return fcm;
  }

  private constructor(
    listening: Listening,
    folder: string,
    publicKey: ReturnType<typeof generateKeyPairSync>['publicKey'],
  ) {
    super(listening);
    this.#folder = folder;
    this.#publicKey = publicKey;
    const serviceAccountFile = path.join(folder, 'service-account.json');
    this.settings = { serviceAccountFile, url: this.url };
    this.env = { FCM_SERVICE_ACCOUNT_FILE: serviceAccountFile, FCM_URL: this.url };
  }

  newDevice(): PushDevice {
    const token = `${randomBytes(16).toString('base64url')}:APA91b${randomBytes(96).toString('base64url')}`;
    this.addDevice(token);
    return { id: token.slice(0, 8), platform: 'fcm', token, keys: undefined };
  }

  /** A device of an app that belongs to another project. */
  foreignDevice(): PushDevice {
    const device = this.newDevice();
    this.#others.add(device.token);
    return device;
  }

  /** No access token that was given out is accepted any more. */
  revokeTokens(): void {
    this.#accessTokens.clear();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }

  protected async answer(request: IncomingMessage, body: Buffer) {
    if (request.url === '/token') return this.#giveToken(body.toString());
    if (request.method !== 'POST' || request.url !== `/v1/projects/${PROJECT}/messages:send`)
      return this.#refuse(404, 'NOT_FOUND');
    const fault = this.faultOf((reason) => errorBody(0, reason ?? 'INTERNAL', reason));
    if (fault !== undefined) return fault;
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if ((this.#accessTokens.get(token) ?? 0) <= Date.now())
      return { status: 401, body: errorBody(401, 'UNAUTHENTICATED') };
    return this.#take(body);
  }

  #giveToken(form: string): HttpAnswer | 'hang' {
    this.tokenRequests += 1;
    if (this.tokenFault !== undefined) return this.tokenFault;
    const fields = new URLSearchParams(form);
    const checked = checkJwt(fields.get('assertion') ?? '', 'RS256', this.#publicKey);
    const { iss, aud, scope, iat, exp } = checked?.claims ?? {};
    const now = Date.now() / 1_000;
    const isRight =
      fields.get('grant_type') === GRANT &&
      checked?.header['kid'] === this.#keyId &&
      iss === CLIENT &&
      aud === `${this.url}/token` &&
      scope === SCOPE &&
      typeof iat === 'number' &&
      typeof exp === 'number' &&
      iat <= now + 60 &&
      exp > now &&
      exp - iat <= HOUR_S;
    if (!isRight) {
      this.complain('the assertion is wrong');
      return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT.' } };
    }
    const token = `ya29.${randomBytes(60).toString('base64url')}`;
    this.#accessTokens.set(token, Date.now() + this.tokenSeconds * 1_000);
    const given = { access_token: token, expires_in: this.tokenSeconds, token_type: 'Bearer' };
    return { status: 200, body: given };
  }

  #take(body: Buffer): HttpAnswer {
    const { message } = JSON.parse(body.toString()) as { message: Message };
    const { token, notification, data, android, apns } = message;
    const fault = faultOf(message);
    if (fault !== undefined) return this.#refuse(400, 'INVALID_ARGUMENT', fault);
    if (!/^[\w-]{10,}:APA91b[\w-]{100,}$/.test(token))
      return {
        status: 400,
        body: errorBody(400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', NOT_A_TOKEN),
      };
    if (this.#others.has(token))
      return { status: 403, body: errorBody(403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH') };
    if (!this.has(token)) return { status: 404, body: errorBody(404, 'NOT_FOUND', 'UNREGISTERED') };
    this.take({
      token,
      pushId: data['pushId'] ?? '',
      collapseId: android.notification.tag,
      title: notification.title,
      body: notification.body,
      badge: apns.payload.aps.badge,
      payload: { ...message },
    });
    return { status: 200, body: { name: `projects/${PROJECT}/messages/0:${this.taken}` } };
  }

  #refuse(status: number, code: string, message = code): HttpAnswer {
    this.complain(`${status} ${message}`);
    return { status, body: errorBody(status, code, code, message) };
  }
}

interface Message {
  readonly token: string;
  readonly notification: { readonly title: string; readonly body: string };
  readonly data: Record<string, string>;
  readonly android: {
    readonly collapse_key: string;
    readonly priority: string;
    readonly ttl: string;
    readonly notification: { readonly tag: string; readonly notification_count: number };
  };
  readonly apns: {
    readonly headers: Record<string, string>;
    readonly payload: { readonly aps: { readonly badge: number } };
  };
}

/** What the reference of `projects.messages` says of the fields. */
function faultOf({ notification, data, android, apns }: Message): string | undefined {
  const badKey = Object.keys(data).find((key) => /^(from|message_type|google.*|gcm.*)$/.test(key));
  if (badKey !== undefined) return `Invalid data payload key: ${badKey}`;
  for (const value of [...Object.values(data), ...Object.values(apns.headers)])
    if (typeof value !== 'string') return 'Invalid value (TYPE_STRING)';
  if (!/^\d+s$/.test(android.ttl) || Number.parseInt(android.ttl, 10) > 2_419_200)
    return 'Invalid ttl';
  if (!/^(high|normal)$/i.test(android.priority)) return 'Invalid priority';
  if (!Number.isInteger(android.notification.notification_count)) return 'Invalid count';
  if (Buffer.byteLength(apns.headers['apns-collapse-id'] ?? '') > 64) return 'Invalid collapse id';
  const toAndroid = JSON.stringify([notification, data, android.notification]);
  if (Buffer.byteLength(toAndroid) > MAX_PAYLOAD) return 'Android message is too big';
  const toIos = JSON.stringify({ ...apns.payload, alert: notification, ...data });
  return Buffer.byteLength(toIos) > MAX_PAYLOAD ? 'APNS payload is too big' : undefined;
}

/** As Google's APIs write errors; `code` as FCM adds it. */
const errorBody = (code: number, status: string, errorCode?: string, message = status) => ({
  error: {
    code,
    message,
    status,
    ...(errorCode === undefined
      ? {}
      : {
          details: [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }],
        }),
  },
});

import { createECDH, createPublicKey, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { PushDevice } from '../../src/push/provider.ts';
import type { Certificates } from './certificates.ts';
import { checkJwt } from './check-jwt.ts';
import { type SubscriptionKeys, decryptPush } from './decrypt-push.ts';
import { type HttpAnswer, HttpPushService, type Listening } from './http-push-service.ts';
import { textOf } from './push-service.ts';

/** What Mozilla's takes for Firefox on Android. */
const MAX_BODY = 3_070;
const DAY_S = 86_400;
const URGENCIES = new Set(['very-low', 'low', 'normal', 'high']);

interface Subscription extends SubscriptionKeys {
  /** The only server that may push to it. */
  readonly serverKey: string | undefined;
}

/** A browser's push service (RFC 8030) with the browser behind it: it reads what comes (RFC 8291), and lets only the server push that says who it is (RFC 8292). Close it. */
export class FakeWebPush extends HttpPushService {
  /** The origin is what `WEB_PUSH_HOSTS` lists. */
  readonly settings: { readonly subject: string; readonly hosts: readonly string[] };
  /** Variables for a node. */
  readonly env: Record<string, string>;
  /** The tokens of VAPID that it has seen, and whether they are right. */
  readonly tokens = new Map<string, string | undefined>();
  readonly #subscriptions = new Map<string, Subscription>();

  /** @param tls the certificate of `localhost` */
  static async start(tls?: Certificates): Promise<FakeWebPush> {
    return new FakeWebPush(await HttpPushService.listen(tls));
  }

  private constructor(listening: Listening) {
    super(listening);
    this.settings = { subject: 'mailto:operator@shop.example', hosts: [this.url] };
    this.env = { VAPID_SUBJECT: this.settings.subject, WEB_PUSH_HOSTS: this.url };
  }

  /** @param serverKey the `applicationServerKey` of the subscription: then nobody else may push */
  subscribe(serverKey?: string): PushDevice & { readonly keys: { p256dh: string; auth: string } } {
    const curve = createECDH('prime256v1');
    const publicKey = curve.generateKeys();
    const auth = randomBytes(16);
    const token = `${this.url}/push/${randomBytes(24).toString('base64url')}`;
    // Node leaves zeros at the beginning away.
    const privateKey = Buffer.concat([Buffer.alloc(32), curve.getPrivateKey()]).subarray(-32);
    this.#subscriptions.set(token, { privateKey, auth, serverKey });
    this.addDevice(token);
    const keys = { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') };
    return { id: token.slice(-8), platform: 'web', token, keys };
  }

  protected async answer(request: IncomingMessage, body: Buffer) {
    const fault = this.faultOf((reason) => reason ?? '');
    return fault ?? this.#judge(request, body);
  }

  #judge({ method, url, headers }: IncomingMessage, body: Buffer): HttpAnswer {
    const refuse = (status: number, what: string): HttpAnswer => {
      this.complain(`${status} ${what}`);
      return { status, body: what };
    };
    const token = `${this.url}${url}`;
    const subscription = this.#subscriptions.get(token);
    if (subscription === undefined) return { status: 404 };
    if (!this.has(token)) return { status: 410 };
    const { ttl, urgency, topic } = headers;
    if (method !== 'POST') return refuse(405, 'method');
    // Windows' does not take 0.
    if (!/^[1-9]\d*$/.test(textOf(ttl))) return refuse(400, 'TTL');
    if (!URGENCIES.has(textOf(urgency))) return refuse(400, 'Urgency');
    if (!/^[\w-]{1,32}$/.test(textOf(topic))) return refuse(400, 'Topic');
    if (headers['content-encoding'] !== 'aes128gcm') return refuse(400, 'Content-Encoding');
    if (body.length > MAX_BODY) return refuse(413, 'too large');
    const wrong = this.#checkVapid(headers.authorization ?? '', subscription.serverKey);
    if (wrong !== undefined) return refuse(403, wrong);
    const payload = JSON.parse(decryptPush(body, subscription).toString()) as Payload;
    const { pushId, conversationId, title, body: text, badge } = payload;
    // The page's worker shows it with the conversation as its tag.
    this.take({ token, pushId, collapseId: conversationId, title, body: text, badge, payload });
    return { status: 201, headers: { location: `${this.url}/message/${this.taken}` } };
  }

  #checkVapid(authorization: string, serverKey: string | undefined): string | undefined {
    const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization) ?? [];
    if (serverKey !== undefined && serverKey !== key) return 'another server subscribed it';
    if (!this.tokens.has(token)) this.tokens.set(token, this.#wrongIn(token, key));
    return this.tokens.get(token);
  }

  #wrongIn(token: string, key: string): string | undefined {
    const point = Buffer.from(key, 'base64url');
    if (point.length !== 65) return 'no VAPID';
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((it) =>
      it.toString('base64url'),
    );
    const jwk = { kty: 'EC', crv: 'P-256', x: `${x}`, y: `${y}` };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    const { aud, exp, sub } = checkJwt(token, 'ES256', publicKey)?.claims ?? {};
    if (aud !== this.url) return 'aud';
    const seconds = Number(exp) - Date.now() / 1_000;
    if (!(seconds > 0 && seconds <= DAY_S)) return 'exp';
    return /^(mailto:.+@.+|https:\/\/.+)$/.test(textOf(sub)) ? undefined : 'sub';
  }
}

type Payload = Record<string, unknown> & {
  readonly pushId: string;
  readonly conversationId: string;
  readonly title: string;
  readonly body: string;
  readonly badge: number;
};

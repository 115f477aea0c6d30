import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import uws, { type HttpResponse, type TemplatedApp } from 'uWebSockets.js';
import { readBody } from '../../src/transport/body.ts';

const PROJECT = 'parley-bench';
const SEND = `/v1/projects/${PROJECT}/messages:send`;
const TOKEN_BYTES = 96;
/** How a message begins; its device's token follows. */
const OPENING = '{"message":{"token":"';

/**
 * Takes pushes as Firebase Cloud Messaging does, for as little CPU as can be: it would be on somebody else's machines. Whether they are what its
 * references ask for is seen by tests (test/support/fake-fcm.ts); here it is looked at whose they are. Close it.
 */
export class PushSink implements AsyncDisposable {
  /** Variables of whoever pushes. */
  readonly env: Readonly<Record<string, string>>;
  readonly tokens: readonly string[];
  /** Pushes. */
  taken = 0;
  /** What it did not take, and why. */
  complaint: string | undefined;
  readonly #folder: string;
  readonly #app: TemplatedApp;
  readonly #known: ReadonlySet<string>;
  readonly #accessToken = randomBytes(60).toString('base64url');

  static async start(devices: number): Promise<PushSink> {
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-sink-'));
    const app = uws.App();
    const url = `http://127.0.0.1:${await listen(app)}`;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const account = path.join(folder, 'service-account.json');
    const fields = {
      project_id: PROJECT,
      client_email: 'bench@parley.example',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      token_uri: `${url}/token`,
    };
    await writeFile(account, JSON.stringify(fields));
    const env = { FCM_SERVICE_ACCOUNT_FILE: account, FCM_URL: url };
    return new PushSink(app, env, devices, folder);
  }

  private constructor(app: TemplatedApp, env: PushSink['env'], devices: number, folder: string) {
    this.env = env;
    this.tokens = Array.from({ length: devices }, () =>
      randomBytes(TOKEN_BYTES).toString('base64url'),
    );
    this.#known = new Set(this.tokens);
    this.#folder = folder;
    this.#app = app;
    app.post('/*', (res, req) => {
      const url = req.getUrl();
      const isOurs = req.getHeader('authorization') === `Bearer ${this.#accessToken}`;
      readBody(res, () => undefined).then(
        (body) => this.#answer(res, url, isOurs, body),
        (error: Error) => void (this.complaint ??= error.message),
      );
    });
  }

  #answer(res: HttpResponse, url: string, isOurs: boolean, body: Buffer): void {
    if (url === '/token') return respond(res, '200 OK', this.#grant());
    const fault = url === SEND && isOurs ? this.#faultOf(body) : 'not authorized, or no send';
    if (fault === undefined) {
      this.taken += 1;
      return respond(res, '200 OK', `{"name":"projects/${PROJECT}/messages/${this.taken}"}`);
    }
    this.complaint ??= fault;
    respond(res, '400 Bad Request', '{}');
  }

  #grant(): string {
    return JSON.stringify({ access_token: this.#accessToken, expires_in: 3_599 });
  }

  #faultOf(body: Buffer): string | undefined {
    const begin = OPENING.length;
    if (body.toString('latin1', 0, begin) !== OPENING) return 'not a message';
    const end = body.indexOf('"', begin);
    return this.#known.has(body.toString('latin1', begin, end)) ? undefined : 'an unknown device';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#app.close();
    await rm(this.#folder, { recursive: true });
  }
}

/** @returns the port */
function listen(app: TemplatedApp): Promise<number> {
  return new Promise((resolve, reject) => {
    app.listen('127.0.0.1', 0, (socket) => {
      if (socket === false) reject(new Error('the push sink cannot listen'));
      else resolve(uws.us_socket_local_port(socket));
    });
  });
}

const respond = (res: HttpResponse, status: string, body: string): void =>
  void res.cork(() =>
    res.writeStatus(status).writeHeader('content-type', 'application/json').end(body),
  );

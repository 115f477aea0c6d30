import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './certificates.ts';
import { PushService } from './push-service.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** JSON, when it is an object. */
  readonly body?: object | string;
}

export interface Listening {
  readonly server: Server;
  readonly url: string;
}

/** A push service on a port of its own, by HTTP/1.1. */
export abstract class HttpPushService extends PushService implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  /** @param tls the certificate of `localhost`; else it speaks plain HTTP */
  protected static async listen(tls?: Certificates): Promise<Listening> {
    const server =
      tls === undefined
        ? createServer()
        : createSecureServer({ cert: await readFile(tls.cert), key: await readFile(tls.key) });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      server,
      url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    };
  }

  protected constructor({ server, url }: Listening) {
    super();
    this.#server = server;
    this.url = url;
    server.on('connection', () => (this.connections += 1));
    server.on('request', (request, response) => {
      const serve = async (): Promise<void> => {
        const pieces: Buffer[] = [];
        for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
        const answer = await this.answer(request, Buffer.concat(pieces));
        if (answer === 'hang') return;
        if (answer === 'reset') return void request.socket.resetAndDestroy();
        const { status, headers = {}, body = '' } = answer;
        response.on('finish', () => this.onAnswered?.());
        response.writeHead(status, headers);
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      };
      serve().catch((error: unknown) => {
        this.complain(String(error));
        request.socket.destroy();
      });
    });
  }

  /** All connections break off; the port stays its own, and refuses. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async startAgain(): Promise<void> {
    this.#server.listen(Number(new URL(this.url).port), '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  protected abstract answer(
    request: IncomingMessage,
    body: Buffer,
  ): Promise<HttpAnswer | 'hang' | 'reset'>;

  /** What was asked for with `failNext`. */
  protected faultOf(
    body: (reason: string | undefined) => object | string,
  ): HttpAnswer | 'hang' | 'reset' | undefined {
    const fault = this.nextFault();
    if (fault === undefined) return undefined;
    if ('hang' in fault) return 'hang';
    if ('status' in fault) {
      const { status, reason, retryAfter } = fault;
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      return { status, headers, body: body(reason) };
    }
    return 'reset';
  }
}

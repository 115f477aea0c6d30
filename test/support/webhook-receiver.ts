import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { WebhookEvent } from '../../src/webhooks/webhook-event.ts';

export interface Received {
  /** `webhook-id` */
  readonly id: string;
  readonly event: WebhookEvent;
  /** By the receiver's clock, in milliseconds since 1970. */
  readonly at: number;
}

/** Answers a request, or does not. */
export type Behaviour = (response: http.ServerResponse, received: Received) => void;

export const answer =
  (status: number, headers: http.OutgoingHttpHeaders = {}): Behaviour =>
  (response) =>
    void response.writeHead(status, headers).end('an answer that nobody reads');

/** A marketplace's system: checks each signature with the library of the specification, and remembers what it has taken. */
export class WebhookReceiver implements AsyncDisposable {
  /** All that came and was signed, in order. */
  readonly attempts: Received[] = [];
  /** Those that were answered with 2xx. */
  readonly taken: Received[] = [];
  /** Why requests were refused with 401. */
  readonly refused: string[] = [];
  behaviour: Behaviour = answer(204);
  secret: string;
  connections = 0;
  readonly #server: http.Server;
  #port = 0;

  static async start(secret: string): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(secret);
    await receiver.listen();
    return receiver;
  }

  private constructor(secret: string) {
    this.secret = secret;
    this.#server = http.createServer((request, response) => void this.#receive(request, response));
    this.#server.on('connection', () => (this.connections += 1));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hooks?shop=1`;
  }

  /** Where it was before, when it was stopped. */
  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.stop();
  }

  async #receive(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await text(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    let event: WebhookEvent;
    try {
      event = new Webhook(this.secret).verify(body, headers) as WebhookEvent;
    } catch (error) {
      this.refused.push(error instanceof Error ? error.message : String(error));
      response.writeHead(401).end();
      return;
    }
    const received = { id: headers['webhook-id'] ?? '', event, at: Date.now() };
    this.attempts.push(received);
    response.on('finish', () => {
      if (response.statusCode < 300) this.taken.push(received);
    });
    this.behaviour(response, received);
  }
}

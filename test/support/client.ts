import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignJWT } from 'jose';
import { WebSocket } from 'ws';
import { SECRET } from './spawn-node.ts';

/** A test's own client: knows JSON and nothing of the server's code. */
export interface Frame {
  readonly type: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly [field: string]: any;
}

export interface User {
  readonly id: string;
  readonly token: string;
}

export const signToken = (
  sub: string,
  expiresInS = 3_600,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresInS)
    .sign(new TextEncoder().encode(SECRET));

/** @param claims what the token says beside who it is of */
export async function newUser(claims: Readonly<Record<string, unknown>> = {}): Promise<User> {
  const id = randomUUID();
  return { id, token: await signToken(id, 3_600, claims) };
}

export class Client {
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;
  /** `[code, reason]` */
  readonly closed: Promise<readonly [number, string]>;
  #waiting: (() => void)[] = [];
  #error = '';

  constructor(socket: WebSocket) {
    this.socket = socket;
    const wake = () => {
      for (const waiter of this.#waiting.splice(0)) waiter();
    };
    socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as Frame);
      wake();
    });
    socket.on('error', (error) => (this.#error = error.message));
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#error += ` ${code} ${reason.toString()}`;
        resolve([code, reason.toString()]);
        wake();
      });
    });
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The first frame, past or to come, that is of this type and passes; it fails after 10 s, or when the socket closes. */
  async next(type: string, passes: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return (await this.take(type, 1, passes))[0]!;
  }

  async take(
    type: string,
    count: number,
    passes: (frame: Frame) => boolean = () => true,
  ): Promise<Frame[]> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const found = this.frames.filter((frame) => frame.type === type && passes(frame));
      if (found.length >= count) return found.slice(0, count);
      const seen = JSON.stringify(this.frames.map((frame) => frame.type));
      if (this.socket.readyState === WebSocket.CLOSED)
        throw new Error(`closed before ${count} ${type}; had ${seen} ${this.#error}`);
      if (Date.now() > deadline) throw new Error(`no ${count} ${type} within 10 s; had ${seen}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** All that the node had for this socket has come when it resolves. What waits for PostgreSQL may still come. */
  async settle(): Promise<void> {
    const before = this.frames.filter((frame) => frame.type === 'pong').length;
    this.send({ type: 'ping' });
    await this.take('pong', before + 1);
  }
}

/** Opens a socket and waits for `connected`. */
export async function connect(wsUrl: string, user: User): Promise<Client> {
  const client = new Client(
    new WebSocket(wsUrl, { headers: { authorization: `Bearer ${user.token}` } }),
  );
  await client.next('connected');
  return client;
}

/** The status a refused upgrade was answered with; 101 when it was not refused. */
export const upgradeStatus = (
  wsUrl: string,
  headers: Record<string, string | readonly string[]>,
  protocols: string[] = [],
): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(wsUrl, protocols, {
      headers: { ...headers } as IncomingHttpHeaders,
    });
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
      socket.terminate();
    });
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('error', (error) => {
      if (!/WebSocket was closed|Unexpected/.test(error.message)) reject(error);
    });
  });

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** One REST call as a user. */
export async function rest(
  url: string,
  user: User | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(user === undefined ? {} : { authorization: `Bearer ${user.token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

let listing = Date.now() % 1_000_000_000;

/** A conversation about a new listing. */
export async function newConversation(url: string, buyer: User, seller: User): Promise<string> {
  listing += 1;
  const answer = await rest(url, buyer, 'POST', '/api/conversations', {
    listingId: listing,
    sellerId: seller.id,
  });
  if (answer.status !== 201)
    throw new Error(`not created: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.id as string;
}

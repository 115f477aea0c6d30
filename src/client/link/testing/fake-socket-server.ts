import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { USER } from './make-token.ts';

export interface FakeSocket {
  readonly socket: WebSocket;
  readonly token: string;
  readonly cursor: string | undefined;
  /** All that came. */
  readonly frames: { readonly type: string; readonly [name: string]: unknown }[];
}

/** Real sockets, with a server whose behaviour is the test's to decide. */
export class FakeSocketServer {
  readonly sockets: FakeSocket[] = [];
  /** Of tokens that get a 401 before the upgrade, and over REST. */
  refuses: (token: string) => boolean = () => false;
  /** What a socket that was opened gets. */
  onSocket: (opened: FakeSocket) => void = (opened) => this.greet(opened);
  probes = 0;
  readonly #http = createServer((request, response) => {
    this.probes += 1;
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    response.writeHead(this.refuses(token) ? 401 : 200, { connection: 'close' }).end('{}');
  });
  readonly #ws = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => [...protocols][0] ?? false,
  });
  #cursors = 0;

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get last(): FakeSocket | undefined {
    return this.sockets.at(-1);
  }

  async start(): Promise<void> {
    this.#http.on('upgrade', (request, socket, head) => {
      const token = tokenOf(request);
      if (this.refuses(token)) socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      else this.#ws.handleUpgrade(request, socket, head, (opened) => this.#opened(opened, request));
    });
    await once(this.#http.listen(0, '127.0.0.1'), 'listening');
  }

  stop(): void {
    for (const { socket } of this.sockets) socket.terminate();
    this.#http.close();
  }

  cursor(): string {
    this.#cursors += 1;
    return `c${this.#cursors}`;
  }

  greet({ socket, cursor }: FakeSocket): void {
    this.send(socket, { type: 'connected', userId: USER, cursor: cursor ?? this.cursor() });
    if (cursor !== undefined)
      this.send(socket, { type: 'resumed', complete: true, cursor: this.cursor() });
  }

  send(socket: WebSocket, frame: object): void {
    socket.send(JSON.stringify({ timestamp: new Date().toISOString(), ...frame }));
  }

  #opened(socket: WebSocket, request: IncomingMessage): void {
    const query = new URL(request.url ?? '', this.url).searchParams;
    const opened: FakeSocket = {
      socket,
      token: tokenOf(request),
      cursor: query.get('cursor') ?? undefined,
      frames: [],
    };
    this.sockets.push(opened);
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as FakeSocket['frames'][number];
      opened.frames.push(frame);
      if (frame.type === 'ping') this.send(socket, { type: 'pong', cursor: this.cursor() });
    });
    this.onSocket(opened);
  }
}

const tokenOf = (request: IncomingMessage): string =>
  request.headers['sec-websocket-protocol']?.split(', bearer.')[1] ??
  request.headers['sec-websocket-protocol']?.split(',bearer.')[1] ??
  '';

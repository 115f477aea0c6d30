import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Frame } from './client.ts';

/** What happens between a node and its clients. Whatever is not given is passed on as it is. */
export interface Meddling {
  /** A frame to a client: called for each, and passes on what it likes. */
  readonly frame?: (frame: Frame, pass: (frame: Frame) => void) => void;
  /** The cursor that a client comes back with. */
  readonly cursor?: (cursor: string) => string;
  /** A page of a history. */
  readonly history?: (messages: readonly object[]) => readonly object[];
}

export interface Relay extends AsyncDisposable {
  readonly url: string;
  /** Ends every socket without a close frame. */
  cut(): void;
}

/** A balancer before one node that understands what it passes on, so that it can be told to get it wrong. */
export async function startRelay(nodeUrl: string, meddling: Meddling): Promise<Relay> {
  const sockets = new Set<WebSocket>();
  const track = (socket: WebSocket): WebSocket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    return socket.on('close', () => sockets.delete(socket));
  };
  const wss = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => {
    void passOn(nodeUrl, meddling, request, response);
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const far = track(new WebSocket(farUrl(nodeUrl, meddling, request), forwarded(request)));
    wss.handleUpgrade(request, stream, head, (near) => join(track(near), far, meddling));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.terminate();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      cut();
      server.closeAllConnections();
      await closed;
    },
  };
}

function join(near: WebSocket, far: WebSocket, { frame: meddle }: Meddling): void {
  const pass = (frame: Frame): void => near.send(JSON.stringify(frame));
  far.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Frame;
    if (meddle === undefined) pass(frame);
    else meddle(frame, pass);
  });
  near.on('message', (data: Buffer) => far.send(data.toString()));
  near.on('close', () => far.terminate());
  far.on('close', () => near.terminate());
}

function farUrl(nodeUrl: string, { cursor: change }: Meddling, request: IncomingMessage): URL {
  const url = new URL(request.url ?? '/', nodeUrl.replace(/^http/, 'ws'));
  const cursor = url.searchParams.get('cursor');
  if (cursor !== null && change !== undefined) url.searchParams.set('cursor', change(cursor));
  return url;
}

const forwarded = ({ headers }: IncomingMessage) => ({
  headers: { authorization: headers.authorization ?? '' },
});

async function passOn(
  nodeUrl: string,
  { history: change }: Meddling,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await fetch(new URL(request.url ?? '/', nodeUrl), {
    method: request.method ?? 'GET',
    headers: { ...forwarded(request).headers, 'content-type': 'application/json' },
    ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
  });
  let text = await answer.text();
  if (change !== undefined && /\/messages\?/.test(request.url ?? '')) {
    const page = JSON.parse(text) as { messages: object[] };
    text = JSON.stringify({ ...page, messages: change(page.messages) });
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
}

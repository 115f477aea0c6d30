import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, createServer } from 'node:http';
import { WebSocketServer } from 'ws';

interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Stands where a node would, tells what a balancer sent, and fails as told. */
export interface StandInNode extends AsyncDisposable {
  readonly requests: readonly Recorded[];
}

export interface StandInOptions {
  readonly host: string;
  readonly port: number;
  /** `breaks`: reads a POST and is gone, as a node that dies. */
  readonly posts?: 'answers' | 'breaks';
  /** `refuses`: with 503, as a draining node. */
  readonly sockets?: 'opens' | 'refuses';
}

/** It is always ready. */
export async function startStandInNode(options: StandInOptions): Promise<StandInNode> {
  const { host, port, posts = 'answers', sockets = 'opens' } = options;
  const requests: Recorded[] = [];
  const note = ({ method = '', url = '', headers }: IncomingMessage): void => {
    if (url !== '/readyz') requests.push({ method, url, headers });
  };
  const server = createServer((request, response) => {
    note(request);
    request.resume();
    request.on('end', () => {
      if (request.method === 'POST' && posts === 'breaks') request.socket.destroy();
      else response.end('{}');
    });
  });
  const webSockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    note(request);
    if (sockets === 'opens') webSockets.handleUpgrade(request, socket, head, () => undefined);
    else socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const client of webSockets.clients) client.terminate();
      await closed;
    },
  };
}

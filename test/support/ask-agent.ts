import { once } from 'node:events';
import { connect } from 'node:net';

/** What HAProxy's agent-check reads on this port of 127.0.0.1, until the connection is closed. */
export async function askAgent(port: number, says = ''): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk: string) => (text += chunk));
  if (says !== '') socket.write(says);
  await once(socket, 'close');
  return text;
}

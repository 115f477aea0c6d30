import { STATUS_CODES } from 'node:http';
import type { HttpResponse } from 'uWebSockets.js';
import type { Reply, StreamedBody } from './reply.ts';

/**
 * Writes an answer, corked by the caller. Of a body that is a stream only what stands before it: `sendStream` sends the rest.
 *
 * @param isLast whether the connection ends with it
 */
export function writeReply(
  res: HttpResponse,
  reply: Reply,
  isHead: boolean,
  isLast: boolean,
): void {
  res.writeStatus(`${reply.status} ${STATUS_CODES[reply.status] ?? ''}`);
  if (reply.type !== '') res.writeHeader('Content-Type', reply.type);
  res.writeHeader('X-Content-Type-Options', 'nosniff');
  for (const [name, value] of Object.entries(reply.headers ?? {})) res.writeHeader(name, value);
  const { body } = reply;
  if (reply.status === 204 || reply.status === 304) res.endWithoutBody();
  else if (isHead) res.endWithoutBody(isStreamed(body) ? body.size : Buffer.byteLength(body));
  else if (!isStreamed(body)) res.end(typeof body === 'string' ? Buffer.from(body) : body, isLast);
}

export const isStreamed = (body: Reply['body']): body is StreamedBody =>
  typeof body !== 'string' && !Buffer.isBuffer(body);

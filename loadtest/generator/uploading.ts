import { once } from 'node:events';
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createPace } from '../../src/lib/pace.ts';
import { type GeneratedFile, generateFiles } from './files.ts';
import { inParallel } from './in-parallel.ts';
import { signToken } from './token.ts';

interface UploadOptions {
  /** Of those that were prepared; all with `undefined`. */
  readonly count?: number;
  /** Of the nodes, in turn. */
  readonly ports: readonly number[];
  readonly secret: string;
  /** Who sends files where, in turn. */
  readonly senders: readonly { readonly userId: string; readonly conversationId: string }[];
  /** Files that are on their way at once. */
  readonly parallel: number;
}

export interface Uploaded {
  readonly files: number;
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * What a good line at home takes, in bytes a second: 24 Mbit/s. On one machine, where a client is held up by nothing but the size of the kernel's
 * buffers, it would fill these in an instant, and what was measured is that.
 */
const LINE_BYTES_PER_S = 3_000_000;
const PIECE_BYTES = 64 * 1024;

/** Files as people send them: announced, uploaded, looked at, and sent in a message. */
export function createUploading() {
  let files: readonly GeneratedFile[] = [];
  return {
    /** Makes what is to be uploaded, so that this takes no time later. */
    async prepareUploads(totalBytes: number): Promise<void> {
      files = await generateFiles(totalBytes);
    },

    /** Fails when one of them is not sent. */
    async upload(options: UploadOptions): Promise<Uploaded> {
      const wanted = files.slice(0, options.count);
      const agent = new Agent({ keepAlive: true });
      const started = performance.now();
      try {
        await inParallel(wanted, options.parallel, (file, index) =>
          sendFile(file, index, options, agent),
        );
      } finally {
        agent.destroy();
      }
      return {
        files: wanted.length,
        bytes: wanted.reduce((sum, file) => sum + file.size, 0),
        seconds: (performance.now() - started) / 1_000,
      };
    },
  };
}

async function sendFile(
  file: GeneratedFile,
  index: number,
  { ports, secret, senders }: UploadOptions,
  agent: Agent,
): Promise<void> {
  const sender = senders[index % senders.length];
  if (sender === undefined) throw new Error('nobody sends files');
  const { name, contentType, size } = file;
  const node = `http://127.0.0.1:${ports[index % ports.length] ?? 0}`;
  const conversation = `${node}/api/conversations/${sender.conversationId}`;
  const headers = { authorization: `Bearer ${signToken(sender.userId, secret)}` };
  const post = (path: string, body: object, expected: number) => {
    const bytes = JSON.stringify(body);
    const more = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) };
    return ask(agent, 'POST', conversation + path, { ...headers, ...more }, bytes, expected);
  };

  const announced = JSON.parse(await post('/attachments', { name, contentType, size }, 201)) as {
    readonly attachment: { readonly id: string };
    readonly upload: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  };
  const { attachment, upload } = announced;
  const target = new URL(upload.url, node).href;
  const put = { ...upload.headers, 'content-length': size };
  await ask(agent, 'PUT', target, put, overLine(file.read()), 204);
  await post(`/attachments/${attachment.id}/complete`, {}, 200);
  await post('/messages', { attachmentIds: [attachment.id] }, 201);
}

async function* overLine(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const pace = createPace(LINE_BYTES_PER_S);
  for await (const chunk of bytes)
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      await pace.take(piece.length);
      yield piece;
    }
}

/** @returns the body of the answer */
async function ask(
  agent: Agent,
  method: string,
  url: string,
  headers: OutgoingHttpHeaders,
  body: string | AsyncIterable<Buffer>,
  expected: number,
): Promise<string> {
  const outgoing = request(url, { method, agent, headers });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  if (typeof body === 'string') outgoing.end(body);
  else await pipeline(body, outgoing);
  const [response] = await answered;
  const answer = await text(response);
  if (response.statusCode !== expected)
    throw new Error(`${method} was answered with ${response.statusCode}: ${answer}`);
  return answer;
}

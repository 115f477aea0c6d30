import { createReadStream } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { errorCode } from '../lib/error-code.ts';
import { StoreError } from './object-store.ts';
import type { AttachmentSettings } from './settings.ts';

/**
 * Looks for viruses. Resolves with the name of what was found, `undefined` when the file is clean. Rejects with a {@link StoreError} when the scanner is
 * away, hangs, or does not take the file: then nobody knows.
 */
export type Scan = (file: string) => Promise<string | undefined>;

const CONNECT_MS = 3_000;
/** Neither takes nor answers anything for so long. It scans archives after the last byte. In milliseconds. */
const IDLE_MS = 30_000;
/** All of it: in milliseconds. */
const TOTAL_MS = 120_000;
/** An answer is a line: in bytes. */
const MAX_ANSWER = 4_096;

/** A scan by ClamAV's daemon, with INSTREAM (clamd(8)): the file is streamed to it, which needs no disk in common. */
export function createScan({ host, port }: NonNullable<AttachmentSettings['clamd']>): Scan {
  return async (file) => {
    const signal = AbortSignal.timeout(TOTAL_MS);
    const socket = connect({ host, port });
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Timeout()));
    socket.once('connect', () => socket.setTimeout(IDLE_MS));
    const end = (): void => void socket.destroy(new Timeout());
    signal.addEventListener('abort', end);
    try {
      const answer = readAnswer(socket);
      await Promise.race([send(socket, file).then(() => answer), answer]);
      return toVerdict(await answer);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError(`clamd (CLAMAV_URL): ${describe(error)}`, { cause: error });
    } finally {
      signal.removeEventListener('abort', end);
      socket.destroy();
    }
  };
}

/** It closes what is too long for it with bytes of ours unread, which may take its answer away. */
const describe = (error: unknown): string =>
  ['EPIPE', 'ECONNRESET'].includes(errorCode(error) ?? '')
    ? 'it broke off: is its StreamMaxLength below MAX_ATTACHMENT_BYTES?'
    : (errorCode(error) ?? 'broken connection');

class Timeout extends Error {
  readonly code = 'no answer in time';
}

/** Each chunk behind its length, in network order; a length of 0 ends it. */
async function send(socket: Socket, file: string): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'));
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    socket.write(length);
    await write(socket, chunk);
  }
  await write(socket, Buffer.alloc(4));
}

/** Resolves when the system has taken it: that is the backpressure. */
const write = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });

function readAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    socket.on('data', (bytes: Buffer) => {
      answer += bytes.toString('latin1');
      if (answer.includes('\0')) resolve(answer.slice(0, answer.indexOf('\0')));
      else if (answer.length > MAX_ANSWER)
        reject(new StoreError('clamd (CLAMAV_URL): no answer of clamd'));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new StoreError('clamd (CLAMAV_URL): closed the connection')));
  });
}

function toVerdict(answer: string): string | undefined {
  if (answer === 'stream: OK') return undefined;
  const found = /^stream: (.+) FOUND$/.exec(answer)?.[1];
  if (found !== undefined) return found;
  throw new StoreError(
    answer.includes('size limit exceeded')
      ? 'clamd (CLAMAV_URL) takes less than MAX_ATTACHMENT_BYTES: raise its StreamMaxLength'
      : 'clamd (CLAMAV_URL): it could not scan the file',
  );
}

import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpResponse } from 'uWebSockets.js';
import { HttpError } from './problem.ts';

/** Nothing is read ahead: what one read from the socket gives, up to 512 KiB, is enough to hold for each of many. */
const HIGH_WATER_BYTES = 0;
/**
 * A connection that is closed under a client which sends is reset, and the answer is lost with it (RFC 9112, section 9.6); a balancer
 * says in its place that the node is away. So this much is read and dropped, in bytes: an honest file. More, or who knows how much, for so long, in
 * milliseconds.
 */
const MAX_DROPPED_BYTES = 32 * 1024 * 1024;
const REST_MS = 1_000;

export interface IncomingBody {
  /** Fails when the client goes away first. A piece of it is good until the next one is asked for: its memory is used again. */
  readonly stream: Readable;
  /**
   * Gives up what is still to come of so many bytes. Resolves with whether the connection can go on: the client has sent all of it, or what is still to
   * come will be dropped. That it is neither is known after a second.
   */
  dropRest(contentLength: number | undefined): Promise<boolean>;
}

/**
 * The body of a request as it comes, read no faster than it is taken: the client is made to wait. One that sends nothing for 10 s
 * is cut. What comes when the stream was destroyed is dropped. To be called before the first `await`.
 *
 * @param onBytes is told of everything that comes
 */
export function streamBody(
  res: HttpResponse,
  onAborted: () => void,
  onBytes: (count: number) => void,
): IncomingBody {
  // Until somebody asks.
  let isPaused = true;
  res.pause();
  let isOver = false;
  let onOver: (() => void) | undefined;
  /** Made anew for each piece, memory would pile up until V8 finds that nobody needs it. */
  let memory = Buffer.alloc(0);
  let isMemoryFree = true;
  /** uWebSockets.js takes the chunk back after its call. */
  const copy = (chunk: Buffer): Buffer => {
    if (!isMemoryFree) return Buffer.from(chunk);
    isMemoryFree = false;
    if (memory.length < chunk.length) memory = Buffer.allocUnsafeSlow(chunk.length);
    chunk.copy(memory);
    return memory.subarray(0, chunk.length);
  };
  const resume = (): void => {
    if (!isPaused || isOver) return;
    isPaused = false;
    // uWebSockets.js gives whoever sends less than 16 KiB a second 10 s, and anew here, at each piece: phones may be slower.
    res.resume();
  };
  const stream = new Readable({
    highWaterMark: HIGH_WATER_BYTES,
    read() {
      // Whoever asks when there is nothing is done with what it got.
      isMemoryFree ||= stream.readableLength === 0;
      resume();
    },
    // Whoever gave up answers, and the answer must find the socket reading.
    destroy(error, done) {
      resume();
      done(error);
    },
  });
  // Whether anybody reads it or not.
  stream.on('error', () => undefined);
  res.onAborted(() => {
    isOver = true;
    onOver?.();
    onAborted();
    stream.destroy(new HttpError(400, 'invalid_message', 'the request was broken off'));
  });
  res.onData((chunk, isLast) => {
    onBytes(chunk.byteLength);
    // What one read from the socket has comes to its end, also when it was paused meanwhile.
    if (isLast) resume();
    isOver = isLast;
    if (isLast) onOver?.();
    if (stream.destroyed) return;
    stream.push(copy(Buffer.from(chunk)));
    if (isLast) {
      stream.push(null);
    } else {
      isPaused = true;
      res.pause();
    }
  });
  return {
    stream,
    async dropRest(contentLength = Infinity) {
      stream.destroy();
      if (contentLength <= MAX_DROPPED_BYTES) return true;
      const over = new Promise<void>((resolve) => (onOver = resolve));
      if (!isOver) await Promise.race([over, sleep(REST_MS)]);
      return isOver;
    },
  };
}

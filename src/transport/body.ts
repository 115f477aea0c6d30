import type { HttpResponse } from 'uWebSockets.js';
import { MAX_FRAME_BYTES } from '../protocol/limits.ts';
import { HttpError } from './problem.ts';

/** All of it. Rejects when it is too large, or when the client goes away first. */
export function readBody(res: HttpResponse, onAborted: () => void): Promise<Buffer> {
  const body = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    res.onAborted(() => {
      onAborted();
      reject(new HttpError(400, 'invalid_message', 'the request was broken off'));
    });
    res.onData((chunk, isLast) => {
      size += chunk.byteLength;
      if (size > MAX_FRAME_BYTES) {
        chunks.length = 0;
        reject(
          new HttpError(413, 'body_too_large', `the body must be at most ${MAX_FRAME_BYTES} bytes`),
        );
        return;
      }
      // uWebSockets.js takes the chunk back after this call.
      chunks.push(Buffer.from(Buffer.from(chunk)));
      if (isLast) resolve(Buffer.concat(chunks));
    });
  });
  // Not every handler asks for the body.
  body.catch(() => undefined);
  return body;
}

/** @throws HttpError when it is no JSON */
export function parseBody(contentType: string, body: Buffer): unknown {
  if (!/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new HttpError(415, 'unsupported_media_type', 'the content type must be application/json');
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpError(400, 'invalid_message', 'the body must be JSON');
  }
}

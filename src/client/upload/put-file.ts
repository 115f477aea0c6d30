import { Timer } from '../async/timer.ts';
import { ParleyError } from '../errors.ts';
import type { Answer } from '../rest/rest.ts';

/** Of which nothing more arrives for so long is cut, in milliseconds. */
const STALLED_MS = 60_000;

export interface PutParts {
  readonly url: string;
  /** These, and no others. */
  readonly headers: Readonly<Record<string, string>>;
  readonly file: Blob;
  /** Where there is no XMLHttpRequest, which tells how far it is. */
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** Is told a part of 1. */
  readonly onProgress: (part: number) => void;
}

/** @throws {ParleyError} `network`; the signal's reason */
export async function putFile(parts: PutParts): Promise<Answer> {
  try {
    return await ('XMLHttpRequest' in globalThis ? putWithProgress : put)(parts);
  } catch (cause) {
    parts.signal.throwIfAborted();
    throw new ParleyError('network', 'the file could not be sent', { cause });
  }
}

/** A file says its type itself, where no header does. */
const untyped = (file: Blob): Blob => file.slice();

async function put({ url, headers, file, fetch: ask, signal }: PutParts): Promise<Answer> {
  const response = await ask(url, { method: 'PUT', headers, body: untyped(file), signal });
  return { status: response.status, text: await response.text() };
}

function putWithProgress({ url, headers, file, signal, onProgress }: PutParts): Promise<Answer> {
  const request = new XMLHttpRequest();
  const abort = (): void => request.abort();
  const stalled = new Timer();
  const alive = (): void => stalled.set(STALLED_MS, abort);
  return new Promise<Answer>((resolve, reject) => {
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded }) => {
      alive();
      onProgress(Math.min(1, loaded / file.size));
    });
    request.addEventListener('load', () =>
      resolve({ status: request.status, text: request.responseText }),
    );
    for (const end of ['error', 'abort'] as const)
      request.addEventListener(end, () => reject(new Error(end)));
    signal.addEventListener('abort', abort);
    alive();
    request.send(untyped(file));
  }).finally(() => {
    stalled.clear();
    signal.removeEventListener('abort', abort);
  });
}

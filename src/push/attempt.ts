import { errorCode } from '../lib/error-code.ts';
import { retryAfterMs } from '../lib/retry-after.ts';
import { within } from '../lib/within.ts';
import type { PushResult } from './provider.ts';

/** How long one push may take, with all that it needs: in milliseconds. */
export const SEND_MS = 10_000;

/** Ends an attempt from within with what is to be said of it. */
export class PushFailure extends Error {
  readonly result: PushResult;

  constructor(result: PushResult) {
    super(result.kind);
    this.name = 'PushFailure';
    this.result = result;
  }
}

/**
 * Gives an attempt its time. It never rejects: whatever breaks off, or takes too long, may go well another time.
 *
 * @param work is told when nobody waits for it any more
 */
export async function attempt(
  ms: number,
  work: (signal: AbortSignal) => Promise<PushResult>,
): Promise<PushResult> {
  const aborter = new AbortController();
  try {
    return await within(ms, work(aborter.signal));
  } catch (error) {
    aborter.abort();
    return error instanceof PushFailure ? error.result : { kind: 'retry', reason: nameOf(error) };
  }
}

export const refused = (reason: string): PushResult => ({ kind: 'refused', reason });

/** A provider that has too much to do, or fails: 429 and 5xx. */
export const isPassing = (status: number): boolean => status === 429 || status >= 500;

export function retryLater(
  reason: string,
  retryAfter: string | null | undefined,
  otherwiseMs?: number,
): PushResult {
  const afterMs = retryAfterMs(retryAfter) ?? otherwiseMs;
  return { kind: 'retry', reason, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** `403`, or `403 InvalidProviderToken`. Only what looks like a code is taken over from an answer: it goes into logs and metrics. */
export const reasonOf = (status: number, code?: unknown): string =>
  typeof code === 'string' && /^\w{1,50}$/.test(code) ? `${status} ${code}` : `${status}`;

/** Messages of errors may have URLs in them, and those of push subscriptions are secrets. */
function nameOf(error: unknown): string {
  if (error instanceof Error && /^(Abort|Timeout)Error$/.test(error.name)) return 'timeout';
  return errorCode(error) ?? (error instanceof Error ? error.name : 'unknown error');
}

/** Nothing came of it in time. */
export class TimeoutError extends Error {
  readonly code = 'timeout';

  constructor(ms: number) {
    super(`no answer within ${Math.ceil(ms)} ms`);
    this.name = 'TimeoutError';
  }
}

/**
 * What `work` resolves with, unless that takes longer: then it rejects with a {@link TimeoutError}, and what becomes of `work` is
 * no longer looked at.
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(ms)), ms);
  });
  // Promise.race listens to both, so a late rejection is nobody's surprise.
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}

/** serialization_failure, deadlock_detected, unique_violation (a race for one clientMessageId): new snapshot, new try. */
const RETRYABLE = new Set(['40001', '40P01', '23505']);

export const isRetryable = (error: unknown): boolean => RETRYABLE.has(sqlState(error));

/** Classes 22 and 23: what the statement was given (PostgreSQL manual, appendix A). */
export const isAboutData = (error: unknown): boolean => /^2[23]/.test(sqlState(error));

const sqlState = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** serialization_failure, deadlock_detected, unique_violation (a race for one clientMessageId): new snapshot, new try. */
const RETRYABLE = new Set(['40001', '40P01', '23505']);

export const isRetryable = (error: unknown): boolean => RETRYABLE.has(sqlState(error));

/** Classes 22 and 23: what the statement was given (PostgreSQL manual, appendix A). */
export const isAboutData = (error: unknown): boolean => /^2[23]/.test(sqlState(error));

/** connection_exception, insufficient_resources, operator_intervention, and what the operating system says. */
const OUTAGE = /^(?:08|53|57|E[A-Z]+$)/;
/** What pg and its pool say without a code. */
const CONNECTION_LOST = /^(?:Connection terminated|timeout exceeded when trying to connect)/;

/** PostgreSQL is away, stops, hangs or is full: an operator can mend it, not a programmer. Looks at causes too. */
export const isOutage = (error: unknown): boolean =>
  error instanceof Error &&
  (OUTAGE.test(sqlState(error)) || CONNECTION_LOST.test(error.message) || isOutage(error.cause));

const sqlState = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

import type { Logger } from '../lib/logger.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { StoreError } from './object-store.ts';

/** What the work gives. Where it fails for want of the store, or of the scanner, the operator is told why and the client to come again. */
export type Guard = <T>(work: Promise<T>) => Promise<T>;

/** When a retry makes sense: this takes longer to mend than a failover of PostgreSQL. In milliseconds. */
const RETRY_MS = 5_000;

export function createGuard(logger: Logger): Guard {
  const report = sparing(OUTAGE_REPORT_MS, (leftOut: number, error: StoreError) =>
    logger.error({ reason: error.message, leftOut }, 'attachments can not be stored or read'),
  );
  return async (work) => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      report(error);
      throw new ProtocolError('unavailable', 'files are unavailable at the moment, retry', {
        cause: error,
        retryAfterMs: RETRY_MS,
      });
    }
  };
}

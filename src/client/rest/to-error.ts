import { ParleyError } from '../errors.ts';

/** What is to be shown of whatever was thrown; nothing of an abort. */
export const toError = (error: unknown): ParleyError | undefined =>
  error instanceof ParleyError && error.code !== 'closed' ? error : undefined;

import { randomUUID } from 'node:crypto';

/** What balancers and tracing systems make; nothing that could end a header or a log line. */
const VALID = /^[\w.:=+/@-]{1,128}$/;

/** @param given the caller's `X-Request-Id`: kept, so that its logs and ours can be joined, when it is harmless */
export const requestIdOf = (given: string): string => (VALID.test(given) ? given : randomUUID());

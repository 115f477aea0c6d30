import { reason } from '../lib/reason.ts';

/** By what ioredis says: what whoever set the URL can do. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/WRONGPASS|NOAUTH/, 'check the user and the password in it'],
  [/NOPERM/, 'its user must be allowed all of pub/sub: give it +@pubsub +@connection &*'],
  [/ECONNREFUSED/, 'is Redis running there?'],
  [/ENOTFOUND/, 'check the host in it'],
  [/timed out|ETIMEDOUT|no answer/, 'is it Redis, and does a firewall let us through?'],
  [/ECONNRESET|EPIPE|Connection is closed/, 'is it Redis, and rediss:// if it wants TLS?'],
];

/** Why, and what to do about it. There is never a password in it: ioredis names hosts and what Redis answered. */
export function explainRedisError(error: unknown): string {
  const text = reason(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(text))?.[1];
  return advice === undefined ? text : `${text} (${advice})`;
}

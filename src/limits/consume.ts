import {
  type RateLimiterMemory,
  type RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';

export type Limiter = RateLimiterMemory | RateLimiterRedis;

/** @returns 0, or how long to wait, in milliseconds. Rejects when Redis does not answer. */
export async function consume(limiter: Limiter, key: string, points = 1): Promise<number> {
  try {
    await limiter.consume(key, points);
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(error.msBeforeNext, 1);
    throw error;
  }
}

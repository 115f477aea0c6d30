import type { Cluster, Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { openRedisCommands } from '../../src/bus/redis-connect.ts';
import type { RedisSettings } from '../../src/bus/redis-settings.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { reason } from '../../src/lib/reason.ts';
import { logger } from './bus.ts';

/** For one test. */
export function openCommands(settings: RedisSettings): Redis | Cluster {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  return openRedisCommands(settings, logger, disposer);
}

/** What a command answers, or why not. */
export const answer = (command: Promise<unknown>): Promise<unknown> => command.catch(reason);

import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Disposer } from '../lib/disposer.ts';
import type { Address } from './address.ts';
import { type Limiter, consume } from './consume.ts';
import { LocalLimit } from './local-limit.ts';
import {
  ANONYMOUS_REQUESTS,
  CONNECTIONS,
  type CountedRate,
  FRAMES,
  HANDSHAKES,
  MAX_SOCKETS_PER_ADDRESS,
  MAX_SOCKETS_PER_USER,
  MESSAGES,
  NEW_CONVERSATIONS,
  NEW_FILES,
  OPENINGS,
  REQUESTS,
  type SharedRate,
} from './rates.ts';
import { type Charge, SharedLimit, chargeInRedis } from './shared-limit.ts';
import { SocketCounts } from './socket-counts.ts';

/** What can be limited, as the metric names it. */
export type LimitName =
  | 'messages'
  | 'frames'
  | 'sockets'
  | 'openings'
  | 'handshakes'
  | 'connections'
  | 'requests'
  | 'anonymous_requests'
  | 'new_conversations'
  | 'new_files';

/**
 * Limits per user and per address (rates.ts has the numbers). Each answers how long to wait, in milliseconds; 0 when it may be, and
 * then it is counted. None but the last two wait for anything.
 */
export interface Limits {
  readonly connection: (address: Address) => number;
  readonly handshake: (address: Address) => number;
  /** A socket has opened: says whether it may stay. Every one that may is followed by one of `closed`. */
  readonly opened: (
    userId: string,
    address: Address,
  ) => 'stays' | 'too many sockets' | 'opened too often';
  readonly closed: (userId: string, address: Address) => void;
  readonly frame: (userId: string) => number;
  readonly message: (userId: string) => number;
  readonly request: (userId: string) => number;
  readonly anonymousRequest: (address: Address) => number;
  readonly newConversation: (userId: string) => Promise<number>;
  readonly newFile: (userId: string) => Promise<number>;
}

export const noLimits: Limits = {
  connection: () => 0,
  handshake: () => 0,
  opened: () => 'stays',
  closed: () => undefined,
  frame: () => 0,
  message: () => 0,
  request: () => 0,
  anonymousRequest: () => 0,
  newConversation: () => Promise.resolve(0),
  newFile: () => Promise.resolve(0),
};

export interface LimitsParts {
  /** An ioredis client that fails fast; `undefined`: there are no other nodes. */
  readonly redis: object | undefined;
  /** Something was over a limit. */
  readonly onLimited: (limit: LimitName) => void;
}

/**
 * What costs the node that does it is limited on each node. What costs all of them, the database, or other users, is limited on
 * all nodes together: messages, new conversations, files, and how often a user opens sockets.
 */
export function createLimits({ redis, onLimited }: LimitsParts, disposer: Disposer): Limits {
  const shared = (name: LimitName, rate: SharedRate): SharedLimit => {
    const charge: Charge | undefined = redis && chargeInRedis(redis, name, rate);
    return new SharedLimit(rate, charge, disposer);
  };
  const messages = shared('messages', MESSAGES);
  const openings = shared('openings', OPENINGS);
  const frames = new LocalLimit(FRAMES);
  const requests = new LocalLimit(REQUESTS);
  const handshakes = new LocalLimit(HANDSHAKES);
  const connections = new LocalLimit(CONNECTIONS);
  const anonymous = new LocalLimit(ANONYMOUS_REQUESTS);
  const ofUsers = new SocketCounts(MAX_SOCKETS_PER_USER);
  const ofAddresses = new SocketCounts(MAX_SOCKETS_PER_ADDRESS);
  const counted = (limit: LimitName, rate: CountedRate) => {
    const limiter = countedLimiter(redis, limit, rate);
    return async (userId: string) => told(limit, await consume(limiter, userId));
  };

  const told = (limit: LimitName, wait: number): number => {
    if (wait > 0) onLimited(limit);
    return wait;
  };
  const perAddress = (limit: LimitName, local: LocalLimit) => (address: Address) =>
    address === undefined ? 0 : told(limit, local.take(address));

  return {
    connection: perAddress('connections', connections),
    handshake: perAddress('handshakes', handshakes),
    anonymousRequest: perAddress('anonymous_requests', anonymous),
    opened(userId, address) {
      if (told('openings', openings.take(userId)) > 0) return 'opened too often';
      if (ofUsers.add(userId)) {
        if (address === undefined || ofAddresses.add(address)) return 'stays';
        ofUsers.remove(userId);
      }
      onLimited('sockets');
      return 'too many sockets';
    },
    closed(userId, address) {
      ofUsers.remove(userId);
      if (address !== undefined) ofAddresses.remove(address);
    },
    frame: (userId) => told('frames', frames.take(userId)),
    message: (userId) => told('messages', messages.take(userId)),
    request: (userId) => told('requests', requests.take(userId)),
    newConversation: counted('new_conversations', NEW_CONVERSATIONS),
    newFile: counted('new_files', NEW_FILES),
  };
}

/** Rare enough to ask Redis each time. While that does not answer, each node counts by itself. */
function countedLimiter(
  redis: object | undefined,
  limit: LimitName,
  { count: points, seconds: duration }: CountedRate,
): Limiter {
  const local = new RateLimiterMemory({ points, duration });
  if (redis === undefined) return local;
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `limit:${limit}`,
    points,
    duration,
    insuranceLimiter: local,
    rejectIfRedisNotReady: true,
  });
}

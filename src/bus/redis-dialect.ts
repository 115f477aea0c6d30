import type { MessageKind } from './redis-messages.ts';

/** The commands of pub/sub: the plain ones, or those of a cluster, whose channels lie in slots as keys do. */
export interface Dialect {
  /** A server has the channels of some slots, and says so when one has moved away. */
  readonly hasSlots: boolean;
  readonly publish: 'publish' | 'spublish';
  readonly subscribe: 'subscribe' | 'ssubscribe';
  readonly unsubscribe: 'unsubscribe' | 'sunsubscribe';
  readonly message: MessageKind;
  /**
   * Many PUBLISH in one command: ioredis makes a command, a promise and a write of each, which costs several times what
   * Redis spends on it (docs/performance.md). Redis runs a script's messages in their order.
   */
  readonly publishAll: string;
}

export const PLAIN: Dialect = {
  hasSlots: false,
  publish: 'publish',
  subscribe: 'subscribe',
  unsubscribe: 'unsubscribe',
  message: 'message',
  publishAll: "for i = 1, #ARGV, 2 do redis.call('PUBLISH', ARGV[i], ARGV[i + 1]) end",
};

/** The script may name channels of any slots of its node; one that has moved away must not keep the others. */
export const SHARDED: Dialect = {
  hasSlots: true,
  publish: 'spublish',
  subscribe: 'ssubscribe',
  unsubscribe: 'sunsubscribe',
  message: 'smessage',
  publishAll: `local failure
for i = 1, #ARGV, 2 do
  local reply = redis.pcall('SPUBLISH', ARGV[i], ARGV[i + 1])
  if type(reply) == 'table' then failure = reply end
end
return failure`,
};

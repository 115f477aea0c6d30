import type { MessageKind } from './redis-messages.ts';

/** The commands of pub/sub: the plain ones, or those of a cluster, whose channels lie in slots as keys do. */
export interface Dialect {
  /** A server has the channels of some slots, and says so when one has moved away. */
  readonly hasSlots: boolean;
  readonly subscribe: 'subscribe' | 'ssubscribe';
  readonly unsubscribe: 'unsubscribe' | 'sunsubscribe';
  readonly message: MessageKind;
}

export const PLAIN: Dialect = {
  hasSlots: false,
  subscribe: 'subscribe',
  unsubscribe: 'unsubscribe',
  message: 'message',
};

export const SHARDED: Dialect = {
  hasSlots: true,
  subscribe: 'ssubscribe',
  unsubscribe: 'sunsubscribe',
  message: 'smessage',
};

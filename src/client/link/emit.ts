import type { LinkEvents } from '../link.ts';
import type { ConnectionState } from '../types.ts';

export type Emit = <K extends keyof LinkEvents>(
  name: K,
  ...args: Parameters<LinkEvents[K]>
) => void;

const isSame = (a: ConnectionState, b: ConnectionState): boolean =>
  a.status === b.status && (a.status !== 'waiting' || a.retryAt === (b as typeof a).retryAt);

/** Tells in order, but never while the link is being called, each state once, and nothing after `closed`. */
export function createEmit(events: LinkEvents): Emit {
  let state: ConnectionState = { status: 'idle' };
  let isClosed = false;
  return (name, ...args) => {
    if (name === 'onState') {
      const next = args[0] as ConnectionState;
      if (isSame(state, next)) return;
      state = next;
      isClosed ||= next.status === 'closed';
    }
    const isLast = isClosed && name === 'onState';
    queueMicrotask(() => {
      if (isLast || !isClosed) (events[name] as (...all: typeof args) => void)(...args);
    });
  };
}

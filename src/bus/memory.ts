import type { Bus, BusListener } from './bus.ts';

/** For a single node: the contract of {@link Bus} within one process. Delivers in a later turn, as a network would. */
export function createMemoryBus(): Bus {
  const subscribed = new Set<string>();
  const listeners: BusListener[] = [];
  return {
    isConnected: true,
    lostPublishes: 0,
    publish(channel, payload) {
      if (!subscribed.has(channel)) return;
      setImmediate(() => {
        if (!subscribed.has(channel)) return;
        const [name, bytes] = [Buffer.from(channel), Buffer.from(payload)];
        for (const listener of listeners) listener(name, bytes);
      });
    },
    subscribe(channels) {
      for (const channel of channels) subscribed.add(channel);
      return Promise.resolve();
    },
    unsubscribe(channels) {
      for (const channel of channels) subscribed.delete(channel);
    },
    // No connection is ever new.
    provideChannels: () => undefined,
    onMessage: (listener) => void listeners.push(listener),
    // Nothing is ever missed within one process.
    onGap: () => undefined,
  };
}

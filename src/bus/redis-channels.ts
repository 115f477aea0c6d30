import type { Redis } from 'ioredis';

/** What all of them name and is wanted, in pieces. Sources may change while it goes on. */
export function* chunks(
  sources: readonly (() => Iterable<string>)[],
  size: number,
  isWanted: (channel: string) => boolean,
): Iterable<string[]> {
  let chunk: string[] = [];
  for (const source of sources) {
    for (const channel of source()) {
      if (!isWanted(channel)) continue;
      chunk.push(channel);
      if (chunk.length < size) continue;
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

/**
 * ioredis remembers every channel for subscribing anew, 120 bytes and more for each, which we do ourselves: with a million
 * conversations that is more than all the rest of a node (docs/performance.md).
 *
 * @param onGone hears of each channel that Redis has unsubscribed, asked or not
 */
export function forgetChannels({ condition }: Redis, onGone: (channel: string) => void): void {
  if (condition === null) return;
  const noChannels = {
    add: () => undefined,
    del: (_: string, channel: string) => onGone(channel),
    channels: () => [],
    isEmpty: () => false,
  };
  // With no channel left ioredis would make a list of its own.
  Object.defineProperty(condition, 'subscriber', {
    get: () => noChannels,
    set: () => undefined,
    configurable: true,
  });
}

import type { Redis } from 'ioredis';

/** What all of them name, in pieces. Sources may change while it goes on. */
export function* chunks(
  sources: readonly (() => Iterable<string>)[],
  size: number,
): Iterable<string[]> {
  let chunk: string[] = [];
  for (const source of sources) {
    for (const channel of source()) {
      chunk.push(channel);
      if (chunk.length < size) continue;
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

const NO_CHANNELS = {
  add: () => undefined,
  del: () => undefined,
  channels: () => [],
  isEmpty: () => false,
};

/**
 * ioredis remembers every channel for subscribing anew, 120 bytes and more for each, which we do ourselves: with a million
 * conversations that is more than all the rest of a node (docs/performance.md).
 */
export function forgetChannels({ condition }: Redis): void {
  if (condition !== null) Object.assign(condition, { subscriber: NO_CHANNELS });
}

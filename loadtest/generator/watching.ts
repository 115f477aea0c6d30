import { inParallel } from './in-parallel.ts';
import { Watcher, type WatcherSpec } from './watcher.ts';

export interface WatchOptions {
  readonly secret: string;
  readonly watchers: readonly WatcherSpec[];
  /** How many handshakes are under way at once, at the beginning. */
  readonly parallel: number;
}

export interface Watched {
  /** How many watchers are live now, and became so later than asked. */
  readonly live: number;
  /** When the last of them became live, in µs; 0 when none is. */
  readonly lastLiveUs: number;
  /** How many were told that their replay is not complete. */
  readonly incomplete: number;
  /** Why connections were lost or not made, and how often. */
  readonly losses: Readonly<Record<string, number>>;
}

/** Clients that come back when their connection is lost, and know what they have seen. */
export function createWatching() {
  let watchers: Watcher[] = [];

  return {
    async watch({ secret, watchers: specs, parallel }: WatchOptions): Promise<void> {
      const made: Watcher[] = [];
      await inParallel(specs, parallel, async (spec, index) => {
        made[index] = await Watcher.start(spec, secret);
      });
      watchers = made;
    },

    /** Asks for newer cursors, for all watchers; resolves when each has one. */
    refreshCursors: (parallel: number): Promise<void> =>
      inParallel(watchers, parallel, (watcher) => watcher.refreshCursor()),

    watched(afterUs: number): Watched {
      const since = watchers
        .map(({ liveSinceUs }) => liveSinceUs ?? 0)
        .filter((us) => us > afterUs);
      return {
        live: since.length,
        lastLiveUs: since.reduce((last, us) => Math.max(last, us), 0),
        incomplete: watchers.filter(({ isComplete }) => !isComplete).length,
        losses: countEach(watchers.flatMap(({ losses }) => losses)),
      };
    },

    /** By conversation, what its watcher has seen. Each conversation has one. */
    seen: (): Map<string, number[]> =>
      new Map(
        watchers.flatMap(({ seen }) =>
          [...seen].map(([conversationId, seqs]) => [conversationId, [...seqs]] as const),
        ),
      ),
  };
}

function countEach(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

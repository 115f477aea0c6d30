/** Lists, each with its owner. */
type Owned<O, T> = readonly [owner: O, list: readonly T[]];

/** The same lists in pieces of at most `size` items: several owners' in one piece, or one owner's in several. */
export function* pieces<O, T>(
  owned: readonly Owned<O, T>[],
  size: number,
): Iterable<Owned<O, T>[]> {
  let piece: Owned<O, T>[] = [];
  let room = size;
  for (const [owner, list] of owned) {
    for (let from = 0; from < list.length;) {
      const part = list.slice(from, from + room);
      piece.push([owner, part]);
      from += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield piece;
      piece = [];
      room = size;
    }
  }
  if (piece.length > 0) yield piece;
}

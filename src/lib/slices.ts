/** A list in as few pieces of at most `size` items as can be, each with about as many. */
export function slices<T>(list: readonly T[], size: number): T[][] {
  const each = Math.ceil(list.length / Math.ceil(list.length / size));
  const all: T[][] = [];
  for (let from = 0; from < list.length; from += each) all.push(list.slice(from, from + each));
  return all;
}

/**
 * Where an arrow leads from a cell of a grid that is made of sections, each of which begins a row.
 *
 * @param sections how many cells each has
 * @param at counted through all sections
 * @returns `at` itself when the key leads nowhere, `undefined` when it leads out above or is no such key
 */
export function moveInGrid(
  key: string,
  at: number,
  sections: readonly number[],
  columns: number,
): number | undefined {
  const last = sections.reduce((sum, size) => sum + size, 0) - 1;
  switch (key) {
    case 'next':
      return Math.min(at + 1, last);
    case 'previous':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'ArrowDown':
    case 'ArrowUp':
      return vertical(key === 'ArrowDown' ? 1 : -1, at, rowsOf(sections, columns));
    default:
      return undefined;
  }
}

/** The first cell and the size of each row. */
function rowsOf(sections: readonly number[], columns: number): { first: number; size: number }[] {
  const rows: { first: number; size: number }[] = [];
  let first = 0;
  for (const section of sections)
    for (let left = section; left > 0; left -= columns) {
      const size = Math.min(left, columns);
      rows.push({ first, size });
      first += size;
    }
  return rows;
}

function vertical(
  step: 1 | -1,
  at: number,
  rows: readonly { first: number; size: number }[],
): number | undefined {
  const row = rows.findLastIndex(({ first }) => first <= at);
  const to = rows[row + step];
  if (to === undefined) return step === 1 ? at : undefined;
  return to.first + Math.min(at - (rows[row]?.first ?? 0), to.size - 1);
}

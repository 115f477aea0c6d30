import { type Figure, median, verdict } from '../measure/figure.ts';

const HEADINGS = ['row', 'figure', 'median', '(min – max)', 'unit', 'target', ''];
/** Columns of numbers: their ends stand below each other. */
const RIGHT = new Set([2]);

/** The figures as text, for a terminal. */
export function formatTable(figures: readonly Figure[]): string {
  const lines = [HEADINGS, ...figures.map(toCells)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return RIGHT.has(column) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Three digits, or all before the point. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toLocaleString('en', {
    maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2,
  });
}

function toCells(figure: Figure): string[] {
  const { row, name, unit, values, target } = figure;
  const range = `(${formatNumber(Math.min(...values))} – ${formatNumber(Math.max(...values))})`;
  return [
    row,
    name,
    formatNumber(median(values)),
    values.length > 1 ? range : '',
    unit,
    target === undefined ? '' : `${target.kind === 'at most' ? '≤' : '≥'} ${target.value}`,
    [verdict(figure), target?.informational && `(${target.informational})`]
      .filter(Boolean)
      .join(' '),
  ];
}

import { type Figure, median, verdict } from '../measure/figure.ts';
import type { Run } from './results.ts';
import { formatNumber } from './table.ts';

const WIDTH = 1_000;
const LABEL_WIDTH = 480;
const BAR_WIDTH = 340;
const LINE = 24;
const TOP = 56;
const COLOURS = { ok: '#2e7d32', MISSED: '#c62828', none: '#546e7a' } as const;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * A bar for each figure's median, with a line from its least to its greatest value, and a mark at its target. Bars of one row
 * and unit have one scale.
 *
 * @returns SVG
 */
export function drawChart({ mode, startedAt, figures }: Run): string {
  const height = TOP + figures.length * LINE + 16;
  const bars = figures.map((figure, line) => drawBar(figure, scaleOf(figure, figures), line));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
<text x="16" y="24" font-size="16">Parley: npm run bench, ${mode}, ${startedAt.toISOString().slice(0, 10)}</text>
<text x="16" y="42" fill="#555">medians; thin lines from least to greatest; dashed: target</text>
${bars.join('\n')}
</svg>
`;
}

/** The value that fills the width. */
function scaleOf(figure: Figure, figures: readonly Figure[]): number {
  const alike = figures.filter(({ row, unit }) => row === figure.row && unit === figure.unit);
  const all = alike.flatMap(({ values, target }) => [...values, target?.value ?? 0]);
  return Math.max(...all.filter(Number.isFinite), Number.MIN_VALUE);
}

function drawBar(figure: Figure, scale: number, line: number): string {
  const { row, name, unit, values, target } = figure;
  const y = TOP + line * LINE;
  // What never came about is off the scale.
  const x = (value: number): string =>
    (LABEL_WIDTH + BAR_WIDTH * Math.min(1, Math.max(0, value / scale || 0))).toFixed(1);
  const middle = median(values);
  const parts = [
    `<text x="${LABEL_WIDTH - 8}" y="${y + 14}" text-anchor="end">${escape(`${row}: ${name}`)}</text>`,
    `<rect x="${LABEL_WIDTH}" y="${y + 3}" width="${(Number(x(middle)) - LABEL_WIDTH).toFixed(1)}" height="14" fill="${COLOURS[verdict(figure) ?? 'none']}"/>`,
    `<line x1="${x(Math.min(...values))}" x2="${x(Math.max(...values))}" y1="${y + 10}" y2="${y + 10}" stroke="black"/>`,
    `<text x="${LABEL_WIDTH + BAR_WIDTH + 8}" y="${y + 14}">${formatNumber(middle)} ${escape(unit)}</text>`,
  ];
  if (target !== undefined)
    parts.push(
      `<line x1="${x(target.value)}" x2="${x(target.value)}" y1="${y}" y2="${y + 20}" stroke="black" stroke-dasharray="3 2"/>`,
    );
  return parts.join('');
}

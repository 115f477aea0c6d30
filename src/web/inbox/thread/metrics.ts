import type { Metrics } from './row-height.ts';

/** Letters about as often as they are written. */
const SAMPLE =
  'the quick brown fox jumps over it, and a lazy dog sees that: is this still available?';
/** Around a bubble and in it, see message-styles.ts; in pixels. */
const ROW_PADDING = 32;
const BUBBLE_PADDING = 26;

let canvas: CanvasRenderingContext2D | null | undefined;

/** What texts will look like in these rows. */
export function metricsOf(rows: HTMLElement): Metrics {
  const style = getComputedStyle(rows);
  const fontSize = Number.parseFloat(style.fontSize) || 16;
  const bubble = Math.min((rows.clientWidth - ROW_PADDING) * 0.8, fontSize * 34);
  canvas ??= document.createElement('canvas').getContext('2d');
  if (canvas) canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const width = canvas?.measureText(SAMPLE).width ?? fontSize * 0.5 * SAMPLE.length;
  return {
    lineHeight: Number.parseFloat(style.lineHeight) || fontSize * 1.4,
    lineWidth: Math.max(bubble - BUBBLE_PADDING, fontSize),
    characterWidth: width / SAMPLE.length,
  };
}

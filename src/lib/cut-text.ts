const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Says that there was more. */
const MORE = '…';

/** What a string takes inside of JSON, in bytes of UTF-8. */
export const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

/** As many whole graphemes of the text as fit into `maxBytes` of JSON, `…` behind them when that is not all. */
export function cutText(text: string, maxBytes: number): string {
  if (jsonBytes(text) <= maxBytes) return text;
  const room = maxBytes - jsonBytes(MORE);
  if (room < 0) return '';
  let used = 0;
  let end = 0;
  // No code unit takes less than a byte, so a piece of this length does not fit as a whole, and a grapheme that was cut at its end is left out.
  for (const { segment, index } of graphemes.segment(text.slice(0, maxBytes))) {
    used += jsonBytes(segment);
    if (used > room) break;
    end = index + segment.length;
  }
  return text.slice(0, end) + MORE;
}

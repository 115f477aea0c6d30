import type { InboxContext } from '../context.ts';
import { formatNumber } from '../format-number.ts';

/** From so many bytes on it is said how many are left. */
const FEW_BYTES = 200;

/** How much may still be written, or is too much; empty as long as there is much left. @param left in bytes */
export function counterText(left: number, { strings, locale }: InboxContext): string {
  const { tooLong, bytesLeft } = strings.composer;
  const text = formatNumber(Math.abs(left), locale);
  if (left < 0) return tooLong(-left, text);
  return left <= FEW_BYTES ? bytesLeft(left, text) : '';
}

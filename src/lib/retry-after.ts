/**
 * How long a server asks to be left alone (`Retry-After`, RFC 9110, section 10.2.3: seconds, or a date), in milliseconds.
 *
 * @returns `undefined` when it says nothing, or nothing that can be read
 */
export function retryAfterMs(
  header: string | null | undefined,
  now = Date.now(),
): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Each form of a date begins with the name of a day; `Date.parse` takes other things too.
  const at = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

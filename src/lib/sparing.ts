/** While something is away, everything that needs it fails alike: how often one of them is reported, in milliseconds. */
export const OUTAGE_REPORT_MS = 1_000;

/**
 * For what may happen a thousand times a second and is always the same: passes the first on, and then one in so many
 * milliseconds at most.
 *
 * @param report gets how many were left out since the last one
 */
export function sparing<A extends readonly unknown[]>(
  intervalMs: number,
  report: (leftOut: number, ...args: A) => void,
): (...args: A) => void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  let leftOut = 0;
  return (...args) => {
    const at = performance.now();
    if (at - reportedAt < intervalMs) {
      leftOut += 1;
      return;
    }
    const before = leftOut;
    reportedAt = at;
    leftOut = 0;
    report(before, ...args);
  };
}

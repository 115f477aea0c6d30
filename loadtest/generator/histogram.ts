/** Buckets for each power of two: a value is off by at most 1/64. */
const SUB_BITS = 6;
const SUB = 1 << SUB_BITS;
const BUCKETS = (32 - SUB_BITS + 1) * SUB;

/** How often each value of 0 to 2³² − 1 µs was seen, in log-linear buckets, as HdrHistogram does it. */
export class Histogram {
  /** What goes from process to process. */
  readonly counts: Uint32Array;

  constructor(counts: Uint32Array = new Uint32Array(BUCKETS)) {
    this.counts = counts;
  }

  /** @param us what is below 0 counts as 0 */
  record(us: number): void {
    const value = us > 0 ? Math.floor(us) : 0;
    const shift = Math.max(0, 31 - SUB_BITS - Math.clz32(value));
    const bucket = shift * SUB + (value >>> shift);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
  }

  add(other: Uint32Array): void {
    for (const [bucket, count] of other.entries())
      if (count > 0) this.counts[bucket] = (this.counts[bucket] ?? 0) + count;
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * @param q 0 to 1
   * @returns milliseconds: the upper end of the bucket the quantile is in; NaN when nothing was recorded
   */
  quantileMs(q: number): number {
    const wanted = Math.max(1, Math.ceil(q * this.total));
    let seen = 0;
    for (const [bucket, count] of this.counts.entries()) {
      seen += count;
      if (seen >= wanted) return upperEnd(bucket) / 1_000;
    }
    return Number.NaN;
  }
}

function upperEnd(bucket: number): number {
  if (bucket < 2 * SUB) return bucket;
  const shift = Math.floor(bucket / SUB) - 1;
  return (bucket - shift * SUB + 1) * 2 ** shift - 1;
}

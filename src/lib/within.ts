/**
 * What `work` gives, unless that takes longer than `ms` milliseconds. It is not stopped then; what becomes of it nobody hears.
 *
 * @throws what `work` throws, or an error that says how long it took
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1_000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * What was acquired, released last-in first-out. Register the release where the resource is made.
 * One failing release does not keep the others from running; all failures are thrown together at the end.
 */
export class Disposer implements AsyncDisposable {
  readonly #releases: (() => unknown)[] = [];
  #isDisposed = false;

  /** What is acquired by work that outlived the disposal is released at once. */
  defer(release: () => unknown): void {
    if (this.#isDisposed)
      void Promise.resolve()
        .then(release)
        .catch(() => undefined);
    else this.#releases.push(release);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (
      let release = this.#releases.pop();
      release !== undefined;
      release = this.#releases.pop()
    ) {
      try {
        // One after the other: a later resource may stand on an earlier one.
        await release();
      } catch (error) {
        failures.push(error);
      }
    }
    this.#isDisposed = true;
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be released');
  }
}

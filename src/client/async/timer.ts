/** Beyond it `setTimeout` fires at once. */
const MAX_MS = 2 ** 31 - 1;

/** One timeout at a time. What is further away than 24 days comes too early: whoever asks for that looks again. */
export class Timer {
  #id: ReturnType<typeof setTimeout> | undefined;

  set(ms: number, run: () => void): void {
    clearTimeout(this.#id);
    this.#id = setTimeout(run, Math.min(ms, MAX_MS));
  }

  clear(): void {
    clearTimeout(this.#id);
  }
}

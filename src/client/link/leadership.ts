export interface LeadershipParts {
  readonly name: string;
  readonly locks: LockManager;
  readonly onLead: () => void;
  /** Another tab took it. */
  readonly onLost: () => void;
  /** There are no locks here after all: an opaque origin, for example. */
  readonly onUnavailable: () => void;
}

/** A Web Lock of which its holder is the leader: who closes or crashes hands it on at once. */
export class Leadership {
  readonly #parts: LeadershipParts;
  #request: AbortController | undefined;
  #release: (() => void) | undefined;

  constructor(parts: LeadershipParts) {
    this.#parts = parts;
  }

  get isLeader(): boolean {
    return this.#release !== undefined;
  }

  /** @param isSteal from whoever has it, instead of waiting for its end */
  request(isSteal: boolean): void {
    this.leave();
    const { name, locks, onLead, onLost, onUnavailable } = this.#parts;
    const request = new AbortController();
    this.#request = request;
    const hold = (): Promise<void> | undefined => {
      if (this.#request !== request) return;
      return new Promise((resolve) => {
        this.#release = resolve;
        onLead();
      });
    };
    locks.request(name, isSteal ? { steal: true } : { signal: request.signal }, hold).catch(() => {
      if (this.#request !== request) return;
      const tell = this.isLeader ? onLost : onUnavailable;
      this.leave();
      tell();
    });
  }

  leave(): void {
    this.#request?.abort();
    this.#request = undefined;
    this.#release?.();
    this.#release = undefined;
  }
}

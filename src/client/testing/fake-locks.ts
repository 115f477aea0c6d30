interface Held {
  readonly owner: object;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Grant = (lock: Lock | null) => unknown;

interface Queued extends Held {
  readonly grant: Grant;
  readonly ifAvailable: boolean;
}

const abortError = (message: string): DOMException => new DOMException(message, 'AbortError');

/** One origin's Web Locks, exclusive ones, as the specification has them; Node 20 has none. */
export class FakeLocks {
  readonly #held = new Map<string, Held>();
  readonly #queues = new Map<string, Queued[]>();

  /** What is held now. */
  get held(): string[] {
    return [...this.#held.keys()];
  }

  /** What one tab sees: it can be closed. */
  tab(): { readonly locks: LockManager; close(): void } {
    const owner = {};
    const request = (name: string, options: LockOptions, grant: Grant): Promise<unknown> =>
      this.#request(owner, name, options, grant);
    return {
      locks: { request } as unknown as LockManager,
      close: () => this.#close(owner),
    };
  }

  #request(owner: object, name: string, options: LockOptions, grant: Grant): Promise<unknown> {
    const { signal, steal = false, ifAvailable = false } = options;
    if ((steal && ifAvailable) || (signal !== undefined && (steal || ifAvailable)))
      return Promise.reject(
        new DOMException('options that exclude each other', 'NotSupportedError'),
      );
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      const queued: Queued = { owner, grant, ifAvailable, resolve, reject };
      if (steal) {
        const victim = this.#held.get(name);
        this.#held.delete(name);
        if (victim !== undefined)
          queueMicrotask(() => victim.reject(abortError('the lock was stolen')));
        queue.unshift(queued);
      } else queue.push(queued);
      // A lock that has been granted stays so.
      signal?.addEventListener('abort', () => {
        const index = queue.indexOf(queued);
        if (index === -1) return;
        queue.splice(index, 1);
        reject(signal.reason as Error);
      });
      // Steps "in parallel", then a task.
      setImmediate(() => this.#process(name));
    });
  }

  #process(name: string): void {
    const queue = this.#queues.get(name) ?? [];
    if (!this.#held.has(name)) this.#grant(name, queue.shift());
    if (!this.#held.has(name)) return;
    for (const refused of queue.filter(({ ifAvailable }) => ifAvailable)) {
      queue.splice(queue.indexOf(refused), 1);
      (async () => refused.grant(null))().then(refused.resolve, refused.reject);
    }
  }

  #grant(name: string, next: Queued | undefined): void {
    if (next === undefined) return;
    this.#held.set(name, next);
    const result = (async () => next.grant({ name, mode: 'exclusive' }))();
    const release = (settle: () => void) => (): void => {
      if (this.#held.get(name) === next) this.#held.delete(name);
      settle();
      setImmediate(() => this.#process(name));
    };
    result.then(
      (value) => release(() => next.resolve(value))(),
      (error: unknown) => release(() => next.reject(error))(),
    );
  }

  #close(owner: object): void {
    for (const [name, queue] of this.#queues) {
      const others = queue.filter((queued) => queued.owner !== owner);
      queue.splice(0, queue.length, ...others);
      if (this.#held.get(name)?.owner === owner) this.#held.delete(name);
      setImmediate(() => this.#process(name));
    }
  }
}

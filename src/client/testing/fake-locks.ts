interface Held {
  readonly owner: object;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Grant = (lock: { readonly name: string } | null) => unknown;

interface Queued extends Held {
  readonly grant: Grant;
}

const abortError = (message: string): DOMException => new DOMException(message, 'AbortError');

/** One origin's Web Locks, exclusive ones, as the specification has them; Node 20 has none. */
export class FakeLocks {
  readonly #held = new Map<string, Held>();
  readonly #queues = new Map<string, Queued[]>();

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
    if (steal && signal !== undefined)
      return Promise.reject(new DOMException('steal with signal', 'NotSupportedError'));
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (ifAvailable && (this.#held.has(name) || this.#queues.get(name)?.length))
      return Promise.resolve(grant(null));
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      const queued: Queued = { owner, grant, resolve, reject };
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
    if (this.#held.has(name)) return;
    const next = this.#queues.get(name)?.shift();
    if (next === undefined) return;
    this.#held.set(name, next);
    const result = (async () => next.grant({ name }))();
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

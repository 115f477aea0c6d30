const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 5 * 60_000;
/** Whoever was left out may exist by now. */
const LEFT_OUT_MS = 10 * 60_000;

/** The page's function, when it has one by now. */
type Find<Id, Item> = () => ((ids: readonly Id[]) => Promise<readonly Item[]>) | undefined;

/** Asks for many things by id, all of a turn at once, and remembers them. */
export class Lookup<Id extends string | number, Item> {
  readonly #find: Find<Id, Item>;
  readonly #keyOf: (item: Item) => string | undefined;
  readonly #onMore: () => void;
  readonly #known = new Map<string, Item>();
  /** When it may be asked for again; infinite while it is being asked for. */
  readonly #askAgainAt = new Map<Id, number>();
  #wanted: Id[] = [];
  #retryMs = FIRST_RETRY_MS;

  /**
   * @param find whoever is left out is asked for again much later; after a failure, sooner
   * @param keyOf the id as text, undefined for what is no item
   * @param onMore something else is worth a `get`
   */
  constructor(find: Find<Id, Item>, keyOf: (item: Item) => string | undefined, onMore: () => void) {
    this.#find = find;
    this.#keyOf = keyOf;
    this.#onMore = onMore;
  }

  get(id: Id): Item | undefined {
    const item = this.#known.get(String(id));
    if (item === undefined && (this.#askAgainAt.get(id) ?? 0) <= Date.now()) this.#want(id);
    return item;
  }

  #want(id: Id): void {
    if (this.#find() === undefined) return;
    this.#askAgainAt.set(id, Infinity);
    this.#wanted.push(id);
    if (this.#wanted.length === 1) queueMicrotask(() => void this.#ask());
  }

  async #ask(): Promise<void> {
    const ids = this.#wanted;
    this.#wanted = [];
    try {
      const items = (await this.#find()?.(ids)) ?? [];
      for (const item of items) {
        // Whatever the page gives, the rest of it is shown.
        const key = item ? this.#keyOf(item) : undefined;
        if (key !== undefined) this.#known.set(key, item);
      }
      this.#retryMs = FIRST_RETRY_MS;
      this.#askAgain(ids, LEFT_OUT_MS);
      this.#onMore();
    } catch {
      // The page's own business, and it knows. What is shown asks again.
      this.#askAgain(ids, this.#retryMs);
      setTimeout(this.#onMore, this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
    }
  }

  #askAgain(ids: readonly Id[], ms: number): void {
    for (const id of ids) this.#askAgainAt.set(id, Date.now() + ms);
  }
}

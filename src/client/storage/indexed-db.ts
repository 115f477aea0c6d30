import type { ClientStorage } from '../client-options.ts';

const STORE = 'values';

/** What a browser keeps for this origin, over reloads. All tabs have the same. */
export function indexedDbStorage(name = 'parley'): ClientStorage {
  let opening: Promise<IDBDatabase> | undefined;
  const open = (): Promise<IDBDatabase> => {
    const request = indexedDB.open(name, 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE));
    return settled(request).then((database) => {
      // Another version of this code, or someone who clears the site's data, must not wait for this tab.
      database.addEventListener('versionchange', () => database.close());
      return database;
    });
  };
  const run = async <T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => Promise<T>,
  ): Promise<T> => {
    for (let isAgain = false; ; isAgain = true) {
      try {
        const database = await (opening ??= open());
        return await work(database.transaction(STORE, mode).objectStore(STORE));
      } catch (error) {
        // The browser has closed it meanwhile.
        opening = undefined;
        if (isAgain) throw error;
      }
    }
  };
  return {
    async entries(prefix) {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      // In one transaction: other tabs write too.
      const [keys, values] = await run('readonly', (store) =>
        Promise.all([
          settled(store.getAllKeys(range)),
          settled(store.getAll(range) as IDBRequest<unknown[]>),
        ]),
      );
      return keys.map((key, i) => [key as string, values[i]] as const);
    },
    async set(key, value) {
      await run('readwrite', (store) => settled(store.put(value, key)));
    },
    async delete(key) {
      await run('readwrite', (store) => settled(store.delete(key)));
    },
  };
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB')));
  });

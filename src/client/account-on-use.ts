import type { BrowserPush } from './account-types.ts';
import type { PushParts } from './account/browser-push.ts';
import type { AccountParts, UserAccount } from './account/account.ts';
import { loadOnUse } from './load-on-use.ts';
import type { ConversationList, Observable } from './types.ts';

export interface AccountOnUseParts extends AccountParts, Omit<PushParts, 'account'> {
  readonly conversations: Observable<ConversationList>;
}

/** Where the browser's own parts may be missing. */
const world: Partial<typeof globalThis> = globalThis;

const mayNotify = (): boolean => world.Notification?.permission === 'granted';

/** What belongs to the user as a whole: loaded when it is used. */
export class AccountOnUse {
  readonly mute = this.#late('mute');
  readonly unmute = this.#late('unmute');
  readonly settings = this.#late('settings');
  readonly changeSettings = this.#late('changeSettings');
  readonly registerDevice = this.#late('registerDevice');
  readonly removeDevice = this.#late('removeDevice');
  readonly push: BrowserPush = {
    status: async (options) => (await this.#load()).push.status(options),
    enable: async (options) => {
      // At once: the reader's click does not count for long.
      const asked = world.Notification?.requestPermission();
      return (await this.#load()).push.enable(options, asked);
    },
    disable: async (options) => (await this.#load()).push.disable(options),
  };
  readonly #parts: AccountOnUseParts;
  /** Before the list is there it is not known what is unread. */
  #unreadCount = Infinity;
  #isStarted = false;

  constructor(parts: AccountOnUseParts) {
    this.#parts = parts;
    parts.conversations.subscribe(({ unreadCount, loading }) => {
      if (loading.status !== 'ready') return;
      const isLess = unreadCount < this.#unreadCount;
      this.#unreadCount = unreadCount;
      if (isLess) void this.#tidy();
    });
  }

  /** The connection is up: once. What goes wrong then goes well another time. */
  async start(options: { readonly signal: AbortSignal }): Promise<void> {
    if (this.#isStarted || !mayNotify()) return;
    this.#isStarted = true;
    await this.#load()
      .then(({ push }) => push.follow(options))
      .catch(() => undefined);
  }

  async #tidy(): Promise<void> {
    if (!mayNotify()) return;
    try {
      const { tidyNotifications } = await loadOnUse();
      await tidyNotifications(this.#parts.conversations.get());
    } catch {
      // Another time: nobody waits for it.
    }
  }

  async #load() {
    const { Push, UserAccount: Loaded } = await loadOnUse();
    const account = new Loaded(this.#parts);
    return { account, push: new Push({ ...this.#parts, account }) };
  }

  #late<K extends keyof UserAccount>(name: K): UserAccount[K] {
    const call = async (...args: [never, never, never]): Promise<unknown> =>
      (await this.#load()).account[name](...args);
    return call as UserAccount[K];
  }
}

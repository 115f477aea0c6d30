import { AccountOnUse } from './account-on-use.ts';
import { ParleyError } from './errors.ts';
import type { Link } from './link.ts';
import { openLink } from './link/open-link.ts';
import { Subject } from './observable.ts';
import { Rest } from './rest/rest.ts';
import { within } from './async/sleep.ts';
import { Chat } from './state/chat.ts';
import { newId } from './state/new-id.ts';
import { STORAGE_MS, Tabs } from './state/tabs.ts';
import { indexedDbStorage } from './storage/indexed-db.ts';
import { memoryStorage } from './storage/memory.ts';
import { Vault } from './storage/vault.ts';
import type { ClientOptions } from './client-options.ts';
import type { Cancellable, ConnectionState, ParleyClient } from './types.ts';

/** Where the browser's own parts may be missing. */
const world: Partial<typeof globalThis> = globalThis;

/**
 * A client of one user. Nothing happens before `connect()`.
 *
 * @throws {TypeError} when there is no `url` and no page, or no WebSocket
 */
export function createClient(options: ClientOptions): ParleyClient {
  const url = String(new URL(options.url ?? world.location?.origin ?? '')).replace(/\/+$/, '');
  return new Client(url, options);
}

class Client implements ParleyClient {
  readonly connection = new Subject<ConnectionState>({ status: 'idle' });
  readonly userId = new Subject<string | undefined>(undefined);
  declare readonly mute: ParleyClient['mute'];
  declare readonly unmute: ParleyClient['unmute'];
  declare readonly settings: ParleyClient['settings'];
  declare readonly changeSettings: ParleyClient['changeSettings'];
  declare readonly registerDevice: ParleyClient['registerDevice'];
  declare readonly removeDevice: ParleyClient['removeDevice'];
  declare readonly push: ParleyClient['push'];
  readonly #closing = new AbortController();
  readonly #link: Link;
  readonly #vault: Vault;
  readonly #chat: Chat;
  readonly #tabs: Tabs;
  readonly #account: AccountOnUse;
  readonly #url: string;

  constructor(url: string, options: ClientOptions) {
    this.#url = url;
    const { signal: closed } = this.#closing;
    const tabId = newId();
    const shareSocket = options.shareSocket ?? !!(world.navigator?.locks && world.BroadcastChannel);
    const link = openLink(
      { ...options, url, tabId, shareSocket },
      {
        onState: (state) => this.connection.set(state),
        onUser: (userId) => this.#onUser(userId),
        onFrame: (frame) => this.#chat.onFrame(frame),
        onUp: (isComplete) => {
          this.#chat.onUp(isComplete);
          void this.#account.start({ signal: closed });
        },
        onDown: (heardAt) => this.#chat.onDown(heardAt),
        onMuted: (id, muted) => this.#chat.mute(id, muted),
        onTab: (id) => this.#tabs.wait(id),
      },
    );
    this.#link = link;
    const storage = options.storage ?? (world.indexedDB ? indexedDbStorage() : memoryStorage());
    const vault = new Vault(storage);
    this.#vault = vault;
    const rest = new Rest(url, options.fetch ?? fetch, link, closed);
    const me = (): string | undefined => this.userId.get();
    this.#chat = new Chat({ link, rest, vault, tabId, me, closed });
    this.#tabs = new Tabs(tabId, vault, this.#chat, closed);
    this.#account = new AccountOnUse({
      rest,
      storage,
      me,
      key: `${url}|push`,
      serviceWorker: options.serviceWorker,
      conversations: this.conversations,
      onMuted: (id, muted) => {
        this.#chat.mute(id, muted);
        link.tellMuted(id, muted);
      },
    });
    // What it can do is done here.
    Object.assign(this, this.#account);
  }

  get conversations() {
    return this.#chat.list.state;
  }

  connect(): void {
    if (this.#closing.signal.aborted) return;
    this.#link.connect();
    this.#chat.list.refresh().catch(() => undefined);
  }

  thread(conversationId: string) {
    return this.#chat.thread(conversationId);
  }

  loadMoreConversations({ signal }: Cancellable = {}): Promise<void> {
    return this.#chat.list.more(signal);
  }

  startConversation(
    about: { readonly listingId: number; readonly sellerId: string },
    { signal }: Cancellable = {},
  ) {
    return this.#chat.start(about, signal);
  }

  close(): Promise<void> {
    return this.#end(() => this.#vault.settle());
  }

  forget(): Promise<void> {
    return this.#end(() => this.#vault.erase());
  }

  async #end(store: () => Promise<void>): Promise<void> {
    if (!this.#closing.signal.aborted) {
      const error = new ParleyError('closed', 'the client has been closed');
      this.#closing.abort(error);
      this.#chat.onDown();
      this.#chat.end();
      this.#chat.outbox.close(error);
      this.#link.close();
    }
    // A storage that hangs is as good as none.
    await within(STORAGE_MS, store());
    this.#tabs.leave();
  }

  #onUser(userId: string): void {
    this.userId.set(userId);
    this.#vault.open(`${this.#url}|${userId}/`);
    this.#chat.outbox.rename();
    this.#chat.publish();
    void this.#tabs.start();
  }
}

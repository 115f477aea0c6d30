import type { Account, BrowserPush } from './account-types.ts';
import type { ParleyError } from './errors.ts';

/**
 * A value that changes. It is never mutated: another value is another object, and an equal one is not told of.
 * Fits React's `useSyncExternalStore` and Svelte's store contract.
 */
export interface Observable<T> {
  get(): T;
  /** Calls `listener` at once and at each change. @returns what ends that */
  subscribe(listener: (value: T) => void): () => void;
}

export interface Cancellable {
  /** Ends the waiting, and the request where nothing was changed by it yet; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export type ConnectionState =
  /** `connect()` has not been called. */
  | { readonly status: 'idle' }
  /** On the way, or what was missed is coming. */
  | { readonly status: 'connecting' }
  /** Every change arrives as it is made. */
  | { readonly status: 'live' }
  /** Tries again at `retryAt`, in milliseconds since 1970; `connect()` does at once. */
  | { readonly status: 'waiting'; readonly retryAt: number; readonly error: ParleyError }
  /** The device says it has no network; it goes on by itself when there is one. */
  | { readonly status: 'offline' }
  /** Given up, because trying again would end the same way: `connect()` tries. */
  | { readonly status: 'failed'; readonly error: ParleyError }
  | { readonly status: 'closed' };

interface MessageBase {
  /** The same for a message from its first to its last state, unique in its conversation: for lists that are keyed. */
  readonly key: string;
  readonly conversationId: string;
  readonly senderId: string;
  /** Empty when it was deleted, or is all files. */
  readonly content: string;
  readonly attachments: readonly Attachment[];
  /** RFC 3339. The server's clock once it is sent, this device's until then. */
  readonly createdAt: string;
}

/** One emoji of one message. */
export interface Reaction {
  readonly emoji: string;
  /** Of the two parties. */
  readonly userIds: readonly string[];
}

/** A file of a message. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  /** Found from the bytes by the server. */
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  /** Of images, in pixels. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Absolute, and good for some minutes: `refreshAttachments` gets another one. */
  readonly url: string;
  /** Of images. */
  readonly thumbnailUrl: string | undefined;
}

/** A file that is on its way to the server, or there and not sent yet. */
export interface Upload {
  /** Tells it from the others of the thread. */
  readonly key: string;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly contentType: string;
  readonly file: Blob;
  readonly state:
    /** `progress`: 0 to 1. 1 is when the server looks at it. */
    | { readonly status: 'uploading'; readonly progress: number }
    | { readonly status: 'ready'; readonly attachment: Attachment }
    | { readonly status: 'failed'; readonly error: ParleyError };
}

/** One's own that the server has not confirmed: it is sent again until it has, also after a reload (docs/sdk.md, Limits). */
export interface SendingMessage extends MessageBase {
  readonly status: 'sending';
  readonly clientMessageId: string;
}

/** One's own that the server refused: `retry` or `discard` it. */
export interface FailedMessage extends MessageBase {
  readonly status: 'failed';
  readonly clientMessageId: string;
  readonly error: ParleyError;
}

/** Stored by the server. `read`: the one it was sent to has read it. */
export interface StoredMessage extends MessageBase {
  readonly status: 'sent' | 'read';
  readonly id: string;
  readonly seq: number;
  readonly clientMessageId: string | undefined;
  readonly reactions: readonly Reaction[];
  /** RFC 3339, of the last edit. */
  readonly editedAt: string | undefined;
  /** RFC 3339. It stays in its place, and says nothing any more. */
  readonly deletedAt: string | undefined;
}

export type Message = SendingMessage | FailedMessage | StoredMessage;

/** Whether somebody is here, and when they were last; `null` when that is not known or not shown. */
export interface Presence {
  /** `false` also while there is no connection that could tell. */
  readonly online: boolean;
  /** RFC 3339. */
  readonly lastSeenAt: string | null;
}

/** Nobody is told of what is new until then; `null`: for good. RFC 3339. */
export interface Muted {
  readonly until: string | null;
}

/** A conversation as its list shows it. */
export interface ConversationSummary {
  readonly id: string;
  readonly listingId: number;
  readonly buyerId: string;
  readonly sellerId: string;
  /** RFC 3339; `null` before the first message. */
  readonly lastMessageAt: string | null;
  readonly createdAt: string;
  /** How many messages of the other party this user has not read. */
  readonly unreadCount: number;
  /** The number of its last change; 0 before the first. */
  readonly seq: number;
  /** One's own unsent ones too. */
  readonly lastMessage: Message | null;
  /** Whether the other party is typing. */
  readonly isTyping: boolean;
  readonly draft: string;
  /** Of the other party. */
  readonly presence: Presence;
  /** While this user has muted it. */
  readonly muted: Muted | undefined;
}

/** `items`: newest activity first; what is loaded stays when loading more fails. */
export interface ConversationList {
  readonly items: readonly ConversationSummary[];
  readonly hasMore: boolean;
  /** Unread messages in all that are loaded and not muted. */
  readonly unreadCount: number;
  readonly loading: Loading;
}

export type Loading =
  | { readonly status: 'idle' }
  | { readonly status: 'loading' }
  | { readonly status: 'ready' }
  | { readonly status: 'failed'; readonly error: ParleyError };

/** `messages`: oldest first; unsent ones are the last. */
export interface ThreadState {
  readonly messages: readonly Message[];
  /** Whether there are older ones: `loadOlder()`. */
  readonly hasOlder: boolean;
  /** Of the newest page. */
  readonly loading: Loading;
  readonly loadingOlder: Loading;
  /** Whether the other party is typing. */
  readonly isTyping: boolean;
  /** What is written and not sent, kept over reloads. */
  readonly draft: string;
  /** Files to be sent, in the order they were added. They are this tab's own, and gone with it. */
  readonly uploads: readonly Upload[];
}

export interface SendOptions extends Cancellable {
  /** Uploads that are `ready`, by their key, 1 to 10: they are the message's then, and no uploads any more. The content may be empty with them. */
  readonly uploads?: readonly string[] | undefined;
}

/** The messages of one conversation. */
export interface Thread {
  readonly conversationId: string;
  readonly state: Observable<ThreadState>;
  /** Loads the newest messages; again after it failed. Nothing happens when they are there. @throws {ParleyError} */
  load(options?: Cancellable): Promise<void>;
  /** Loads the page before the oldest. Calls while it loads are one. @throws {ParleyError} */
  loadOlder(options?: Cancellable): Promise<void>;
  /**
   * Shows the message at once as `sending` and sends it as soon as that is possible, in the order of the calls. The promise is for
   * whoever wants to know; it may be ignored.
   *
   * @param content 1 to 4096 bytes of UTF-8, not blank, without U+0000 or lone surrogates
   * @param options `signal` takes it back when it has not left yet
   * @throws {ParleyError} what the server refused it with; the message is then `failed`. At once, without showing it, when content is
   *   not as above, an upload is not `ready`, or the client is closed
   */
  send(content: string, options?: SendOptions): Promise<StoredMessage>;
  /** Changes one's own message. @throws {ParleyError} `conflict` when it was deleted, or is too old */
  edit(messageId: string, content: string, options?: Cancellable): Promise<void>;
  /** Leaves a tombstone of one's own message. @throws {ParleyError} */
  delete(messageId: string, options?: Cancellable): Promise<void>;
  /** @param emoji one @throws {ParleyError} `conflict` when it is one too many, or the message was deleted */
  addReaction(messageId: string, emoji: string, options?: Cancellable): Promise<void>;
  removeReaction(messageId: string, emoji: string, options?: Cancellable): Promise<void>;
  /** Begins to upload a file; its way is in `state`. @returns its key */
  upload(file: Blob, name?: string): string;
  /** Again, after it failed. */
  retryUpload(key: string): void;
  /** Takes it away, wherever it is. */
  cancelUpload(key: string): void;
  /** Gives the attachments of that message fresh URLs, in `state`. @throws {ParleyError} */
  refreshAttachments(messageId: string, options?: Cancellable): Promise<void>;
  /** Sends a failed one again. */
  retry(clientMessageId: string): void;
  /** Takes away a failed or unsent one. One that is on the way may still be sent. */
  discard(clientMessageId: string): void;
  /** Everything that is loaded has been seen: tells the other party, when that is news. Offline it is told later. */
  markRead(): void;
  /** To be called at each stroke: tells the other party at most every 2 s. */
  typing(): void;
  setDraft(text: string): void;
}

export interface ParleyClient extends Account {
  readonly connection: Observable<ConnectionState>;
  /** Known from the first token on; `sub`, in lower case. */
  readonly userId: Observable<string | undefined>;
  readonly conversations: Observable<ConversationList>;
  /** Connects and loads the conversations; at once instead of waiting; again after `failed`. Otherwise nothing happens. */
  connect(): void;
  /** The same object for the same id. */
  thread(conversationId: string): Thread;
  /** Loads the next page of conversations, or the first one again when that failed. @throws {ParleyError} */
  loadMoreConversations(options?: Cancellable): Promise<void>;
  /** Starts the buyer's conversation about a listing, or finds it. It is in `conversations` afterwards. @throws {ParleyError} */
  startConversation(
    about: { readonly listingId: number; readonly sellerId: string },
    options?: Cancellable,
  ): Promise<ConversationSummary>;
  readonly push: BrowserPush;
  /** Ends the connection; unsent messages stay stored. */
  close(): Promise<void>;
  /** `close()`, and erases this user's unsent messages and drafts from the storage: for logging out. Before the first token nothing. */
  forget(): Promise<void>;
}

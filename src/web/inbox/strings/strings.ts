import type { CategoryKey } from '../emoji/catalogue.ts';
import type { AccountStrings } from './account-strings.ts';

/** Everything the inbox says. Numbers and times are already text in the reader's language. */
export interface Strings extends AccountStrings {
  readonly list: {
    readonly title: string;
    readonly search: string;
    readonly clearSearch: string;
    /** How many a search found. */
    readonly found: (count: number, text: string) => string;
    readonly empty: string;
    readonly emptyHint: string;
    readonly noMatch: string;
    /** Only what is loaded is searched, and there is more. */
    readonly noMatchYet: string;
    readonly loading: string;
    readonly failed: string;
    readonly retry: string;
    readonly more: string;
    readonly draft: string;
    readonly you: string;
    readonly typing: string;
    /** The name of an unknown listing. */
    readonly listing: (id: string) => string;
    readonly unread: (count: number, text: string) => string;
  };
  readonly connection: {
    readonly connecting: string;
    readonly offline: string;
    /** Tries again in so many seconds. */
    readonly waiting: (count: number, text: string) => string;
    readonly retryNow: string;
    readonly signedOut: string;
    readonly failed: string;
    /** After an outage. */
    readonly back: string;
  };
  readonly thread: {
    readonly choose: string;
    readonly back: string;
    readonly messages: (name: string) => string;
    readonly empty: string;
    readonly loading: string;
    readonly loadingOlder: string;
    readonly failed: string;
    /** There is no such conversation, or it is somebody else's. */
    readonly unavailable: string;
    readonly retry: string;
    readonly discard: string;
    readonly sending: string;
    readonly sent: string;
    readonly read: string;
    readonly notSent: string;
    /** Why a message was not sent, by `ParleyError.code`. */
    readonly why: (code: string) => string;
    readonly isTyping: (name: string) => string;
    readonly jumpToNew: (count: number, text: string) => string;
    readonly jumpToEnd: string;
    readonly today: string;
    readonly yesterday: string;
    readonly buyer: string;
    readonly seller: string;
    /** For screen readers: who wrote it. */
    readonly from: (name: string) => string;
    readonly fromYou: string;
    readonly start: string;
    /** Beside the time. */
    readonly edited: string;
    /** Instead of a message. */
    readonly deleted: string;
    readonly deletedByYou: string;
  };
  /** What can be done with a message. */
  readonly message: {
    readonly actions: string;
    readonly edit: string;
    readonly delete: string;
    readonly copy: string;
    readonly copied: string;
    readonly react: (emoji: string) => string;
    readonly moreReactions: string;
    readonly confirmDelete: string;
    readonly confirmDeleteHint: string;
    readonly cancel: string;
    /** The reader, in a list of names. */
    readonly you: string;
    /** Somebody reacted to the reader's own message. */
    readonly reacted: (name: string, emoji: string) => string;
    readonly tooOld: string;
    readonly tooManyReactions: string;
    /** Why it could not be changed, by `ParleyError.code`. */
    readonly why: (code: string) => string;
  };
  readonly composer: {
    readonly label: (name: string) => string;
    readonly placeholder: string;
    readonly send: string;
    readonly hint: string;
    /** What counts is bytes, which mean nothing to people: no unit. */
    readonly bytesLeft: (count: number, text: string) => string;
    readonly tooLong: (count: number, text: string) => string;
    readonly editing: string;
    readonly cancelEditing: string;
    readonly save: string;
    /** A message can't be made empty. */
    readonly emptyEdit: string;
    readonly emoji: string;
    readonly attach: string;
    readonly takePhoto: string;
  };
  readonly files: {
    /** What a message is that has no text. */
    readonly photos: (count: number, text: string) => string;
    readonly files: (count: number, text: string) => string;
    readonly dropHere: string;
    readonly tray: string;
    readonly progress: (name: string) => string;
    readonly checking: string;
    readonly ready: string;
    readonly cancel: (name: string) => string;
    readonly retry: (name: string) => string;
    readonly stillUploading: string;
    readonly tooMany: (count: number, text: string) => string;
    /** Why it could not be uploaded, by `ParleyError.code`. */
    readonly why: (code: string) => string;
    readonly openPhoto: (name: string) => string;
    readonly viewer: string;
    readonly previous: string;
    readonly next: string;
    readonly close: string;
    readonly download: (name: string) => string;
    readonly position: (position: string, count: string) => string;
    readonly notShown: string;
  };
  readonly emoji: {
    readonly search: string;
    readonly noMatch: string;
    readonly loading: string;
    readonly failed: string;
    readonly categories: Readonly<Record<CategoryKey, string>>;
  };
}

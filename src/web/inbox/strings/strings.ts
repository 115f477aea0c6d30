/** Everything the inbox says. Numbers and times are already text in the reader's language. */
export interface Strings {
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
  };
  readonly composer: {
    readonly label: (name: string) => string;
    readonly placeholder: string;
    readonly send: string;
    readonly hint: string;
    /** What counts is bytes, which mean nothing to people: no unit. */
    readonly bytesLeft: (count: number, text: string) => string;
    readonly tooLong: (count: number, text: string) => string;
  };
}

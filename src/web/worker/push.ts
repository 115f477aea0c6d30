/** What a node sends to a browser. */
export interface Push {
  /** The same in every attempt to tell of the same messages. */
  readonly pushId: string;
  readonly conversationId: string;
  /** The newest message that it tells of, and its number. */
  readonly messageId: string;
  readonly seq: number;
  readonly title: string;
  readonly body: string;
  /** Of that conversation, and of all. */
  readonly unreadCount: number;
  readonly badge: number;
  /** Where a click leads. */
  readonly url?: string;
}

/** What a notification keeps of it. */
export type Shown = Pick<Push, 'pushId' | 'conversationId' | 'messageId' | 'seq' | 'url'>;

/** `undefined`: it is none of ours, for sites that push something else too. */
export function readPush(data: { json(): unknown } | null): Push | undefined {
  try {
    const push = data?.json() as Push | null | undefined;
    return isShown(push) ? push : undefined;
  } catch {
    return undefined;
  }
}

export const isShown = <T extends Partial<Shown>>(data: T | null | undefined): data is T & Shown =>
  typeof data?.pushId === 'string' && typeof data.conversationId === 'string';

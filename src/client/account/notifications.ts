import type { ConversationList } from '../types.ts';

/** What `parley/service-worker` keeps with a notification. */
interface Shown {
  readonly conversationId?: string;
  readonly seq?: number;
}

/** Closes what is still shown of conversations that have been read since, and says how much is unread on the app's icon. */
export async function tidyNotifications({ items, unreadCount }: ConversationList): Promise<void> {
  await close(unreadCount, ({ conversationId, seq = 0 }) => {
    const read = items.find(({ id }) => id === conversationId);
    // What it tells of may not have come here yet.
    return read !== undefined && read.seq >= seq && read.unreadCount === 0;
  });
}

/** All of Parley's: what they tell is not for whoever comes. */
export const closeNotifications = (): Promise<void> =>
  close(0, ({ conversationId }) => conversationId !== undefined).catch(() => undefined);

async function close(unreadCount: number, isOver: (shown: Shown) => boolean): Promise<void> {
  const { serviceWorker } = navigator;
  const workers = await serviceWorker.getRegistrations();
  const shown = await Promise.all(workers.map((worker) => worker.getNotifications()));
  for (const notification of shown.flat())
    if (isOver((notification.data ?? {}) as Shown)) notification.close();
  // Only installed pages have one.
  await navigator.setAppBadge?.(unreadCount).catch(() => undefined);
}

import type { ConversationList } from '../types.ts';

/** What `parley/service-worker` keeps with a notification. */
interface Shown {
  readonly conversationId?: string;
  readonly seq?: number;
}

/** Closes what is still shown of conversations that have been read since, and says how much is unread on the app's icon. */
export async function tidyNotifications({ items, unreadCount }: ConversationList): Promise<void> {
  const { serviceWorker } = navigator;
  const workers = await serviceWorker.getRegistrations();
  const shown = await Promise.all(workers.map((worker) => worker.getNotifications()));
  for (const notification of shown.flat()) {
    const { conversationId, seq = 0 } = (notification.data ?? {}) as Shown;
    const read = items.find(({ id }) => id === conversationId);
    // What it tells of may not have come here yet.
    if (read && read.seq >= seq && read.unreadCount === 0) notification.close();
  }
  // Only installed pages have one.
  await navigator.setAppBadge?.(unreadCount);
}

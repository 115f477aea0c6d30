import { findInboxes, tellPages } from './pages.ts';
import { type Push, type Shown, isShown, readPush } from './push.ts';
import { type ChangeEventLike, type ClickEventLike, type PushEventLike, scope } from './scope.ts';
import { isNew } from './seen-pushes.ts';

export type { ChangeEventLike, ClickEventLike, PushEventLike } from './scope.ts';

/** How notifications look beside what they say. */
export type Look = Pick<NotificationOptions, 'icon' | 'badge' | 'lang' | 'dir'>;

/**
 * For the event `push`: shows it. One notification for each conversation, the newest; none that was shown before, and none of what the reader
 * is looking at.
 *
 * @returns whether it is one of Parley's
 */
export function handlePush(event: PushEventLike, look: Look = {}): boolean {
  const push = readPush(event.data);
  if (push) event.waitUntil(show(push, look));
  return push !== undefined;
}

/**
 * For the event `notificationclick`: shows the conversation in a page that has an inbox, else where the notification leads to.
 *
 * @returns whether it is one of Parley's
 */
export function handleClick(event: ClickEventLike): boolean {
  const { notification } = event;
  const shown = notification.data as Partial<Shown> | null;
  if (!isShown(shown)) return false;
  notification.close();
  event.waitUntil(open(shown));
  return true;
}

/** For the event `pushsubscriptionchange`: subscribes anew. A page that is open tells the server, else the next one. */
export function handleSubscriptionChange(event: ChangeEventLike): void {
  event.waitUntil(renew(event));
}

/**
 * Pushes that come at once are shown one after the other: an older one must find the newer, and Chromium forgets what is being shown while
 * `getNotifications` runs; it would stay on the screen, and nobody could find or close it.
 */
let last: Promise<unknown> = Promise.resolve();

async function show(push: Push, look: Look): Promise<void> {
  // A browser that counts what is pushed and not shown finds a page that is seen, or what is shown already.
  if (!(await isNew(push.pushId))) return;
  // Before its turn: a page that sleeps would hold up all others.
  const isInSight = await isSeen(push.conversationId);
  const showing = last.then(() => showNewest(push, look, isInSight));
  last = showing.catch(() => undefined);
  await showing;
}

async function showNewest(push: Push, look: Look, isInSight: boolean): Promise<void> {
  const { registration } = scope;
  const { pushId, conversationId, messageId, seq, title, body, badge, url } = push;
  const tag = conversationId;
  const before = await registration.getNotifications({ tag });
  if (before.some(({ data }) => ((data as Partial<Shown> | null)?.seq ?? 0) > seq)) return;
  // Where that may not be, there is the notification.
  await scope.navigator.setAppBadge?.(badge).catch(() => undefined);
  if (isInSight) return;
  const data: Shown = { pushId, conversationId, messageId, seq, ...(url && { url }) };
  // Those that TypeScript does not know are in browsers.
  const options: NotificationOptions & { renotify: boolean; timestamp: number } = {
    ...look,
    body,
    tag,
    renotify: true,
    timestamp: Date.now(),
    data,
  };
  await registration.showNotification(title, options);
}

/** Whether the reader is looking at that conversation. */
async function isSeen(conversationId: string): Promise<boolean> {
  const inboxes = await findInboxes();
  return inboxes.some(
    (inbox) => inbox.page.visibilityState === 'visible' && inbox.conversationId === conversationId,
  );
}

async function open({ conversationId, url }: Shown): Promise<void> {
  const [inbox] = await findInboxes();
  if (inbox) {
    inbox.page.postMessage({ type: 'parley-open', conversationId }, []);
    // Where the browser lets nobody do that, it is open all the same.
    await inbox.page.focus().catch(() => undefined);
  } else {
    const address = isPage(url) ? url : `${scope.registration.scope}#parley=${conversationId}`;
    await scope.clients.openWindow(address);
  }
}

/** Nothing else is opened, whoever may have sent the push. */
const isPage = (url: string | undefined): url is string =>
  url !== undefined && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

async function renew({ oldSubscription, newSubscription }: ChangeEventLike): Promise<void> {
  if (!newSubscription && oldSubscription) {
    const { applicationServerKey } = oldSubscription.options;
    const { pushManager } = scope.registration;
    await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  }
  await tellPages({ type: 'parley-subscription' });
}

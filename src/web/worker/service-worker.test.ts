import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Push } from './push.ts';
import type * as Worker from './service-worker.ts';

const ID = '00000000-0000-4000-8000-00000000000c';

/** A page of the site, as the worker sees it. `answers`: it has an inbox, with that conversation. */
class FakePage {
  visibilityState = 'visible';
  answers: { readonly conversationId?: string } | undefined;
  readonly heard: unknown[] = [];
  focused = 0;

  postMessage(message: { type: string }, [port]: readonly MessagePort[]): void {
    this.heard.push(message);
    if (message.type === 'parley-which' && this.answers) port?.postMessage(this.answers);
  }

  focus(): Promise<void> {
    this.focused += 1;
    return Promise.resolve();
  }
}

interface Notice {
  readonly title: string;
  readonly options: { readonly tag: string; readonly data: { readonly seq: number } };
}

let worker: typeof Worker;
let pages: FakePage[];
let shown: Notice[];
let opened: string[];
/** What `getNotifications` and `showNotification` wait for. */
let browserAnswers: () => Promise<void>;
/** `showNotification` that are under way, and whether `getNotifications` was ever called meanwhile. */
let underWay: number;
let didMeet: boolean;
let badge: number | undefined;
let subscribed: unknown[];

beforeEach(async () => {
  [pages, shown, opened, subscribed, badge] = [[], [], [], [], undefined];
  [browserAnswers, underWay, didMeet] = [() => Promise.resolve(), 0, false];
  vi.stubGlobal('registration', {
    scope: 'https://shop.example/',
    pushManager: { subscribe: (options: unknown) => Promise.resolve(subscribed.push(options)) },
    async getNotifications({ tag }: { tag: string }) {
      didMeet ||= underWay > 0;
      const found = shown.filter(({ options }) => options.tag === tag);
      await browserAnswers();
      return found.map(({ options }) => options);
    },
    async showNotification(title: string, options: Notice['options']) {
      underWay += 1;
      await browserAnswers();
      underWay -= 1;
      shown = [...shown.filter((each) => each.options.tag !== options.tag), { title, options }];
    },
  });
  vi.stubGlobal('clients', {
    matchAll: () => Promise.resolve(pages),
    openWindow: (url: string) => Promise.resolve(opened.push(url)),
  });
  vi.stubGlobal('navigator', {
    setAppBadge: (count: number) => Promise.resolve((badge = count)),
  });
  vi.resetModules();
  worker = await import('./service-worker.ts');
});
afterEach(() => vi.unstubAllGlobals());

const push = (seq: number, more: Partial<Push> = {}): Push => ({
  pushId: `push ${seq}`,
  conversationId: ID,
  messageId: 'm',
  seq,
  title: 'Sam',
  body: `message ${seq}`,
  unreadCount: 1,
  badge: 4,
  ...more,
});

/** @returns whether it is one of Parley's, when all is done */
async function deliver(data: unknown, look?: Worker.Look): Promise<boolean> {
  let work: Promise<unknown> = Promise.resolve();
  const event = { data: { json: () => data }, waitUntil: (it: Promise<unknown>) => (work = it) };
  const isOurs = worker.handlePush(event, look);
  await work;
  return isOurs;
}

async function click(data: unknown): Promise<boolean> {
  let work: Promise<unknown> = Promise.resolve();
  const isOurs = worker.handleClick({
    notification: { data, close: () => undefined },
    waitUntil: (it) => void (work = it),
  });
  await work;
  return isOurs;
}

test('is shown with what leads back to it', async () => {
  expect(await deliver(push(1, { url: 'https://shop.example/chat' }), { icon: '/icon.png' })).toBe(
    true,
  );
  expect(shown).toEqual([
    {
      title: 'Sam',
      options: {
        body: 'message 1',
        tag: ID,
        renotify: true,
        icon: '/icon.png',
        timestamp: expect.any(Number) as number,
        data: {
          pushId: 'push 1',
          conversationId: ID,
          messageId: 'm',
          seq: 1,
          url: 'https://shop.example/chat',
        },
      },
    },
  ]);
  expect(badge).toBe(4);
});

test.each([[undefined], [null], ['text'], [{ title: 'Sale!' }]])(
  '%j is for others to handle',
  async (data) => {
    expect(await deliver(data)).toBe(false);
    expect(worker.handlePush({ data: null, waitUntil: () => undefined })).toBe(false);
    expect(await click(data)).toBe(false);
    expect(shown).toEqual([]);
  },
);

test('is shown where the icon can have no number', async () => {
  vi.stubGlobal('navigator', { setAppBadge: () => Promise.reject(new Error('NotAllowedError')) });
  await deliver(push(1));
  expect(shown).toHaveLength(1);
});

test('twice at once: shown once', async () => {
  const show = vi.spyOn(registration(), 'showNotification');
  await Promise.all([deliver(push(1)), deliver(push(1))]);
  expect(show).toHaveBeenCalledOnce();
});

test('what is older than what is shown does not replace it', async () => {
  await deliver(push(2));
  await deliver(push(1));
  expect(shown.map(({ options }) => options.data.seq)).toEqual([2]);
  await deliver(push(3));
  expect(shown.map(({ options }) => options.data.seq)).toEqual([3]);
});

test('of two at once the newer stays', async () => {
  browserAnswers = () => setImmediate();
  await Promise.all([deliver(push(2)), deliver(push(1))]);
  expect(shown.map(({ options }) => options.data.seq)).toEqual([2]);
});

test('of many at once none is looked for while another is being shown', async () => {
  browserAnswers = () => setImmediate();
  const deliveries: Promise<boolean>[] = [];
  for (let i = 1; i <= 5; i += 1) {
    deliveries.push(deliver(push(i, { conversationId: `c${i}` })));
    await setImmediate();
  }
  await Promise.all(deliveries);
  expect(shown).toHaveLength(5);
  expect(didMeet).toBe(false);
});

test('what could not be shown does not keep others from it', async () => {
  const notAllowed = new TypeError('no permission');
  browserAnswers = () => Promise.reject(notAllowed);
  const first = deliver(push(1));
  await expect(first).rejects.toBe(notAllowed);
  browserAnswers = () => Promise.resolve();
  await deliver(push(2));
  expect(shown.map(({ options }) => options.data.seq)).toEqual([2]);
});

test('only what the reader sees is not shown', async () => {
  const page = new FakePage();
  pages.push(new FakePage(), page);
  page.answers = {};
  await deliver(push(1));
  page.answers = { conversationId: ID };
  page.visibilityState = 'hidden';
  await deliver(push(2));
  expect(shown.map(({ options }) => options.data.seq)).toEqual([2]);
  page.visibilityState = 'visible';
  await deliver(push(3));
  expect(shown.map(({ options }) => options.data.seq)).toEqual([2]);
});

test('a click goes to the page with an inbox, the one that was used last', async () => {
  const [none, first, second] = [new FakePage(), new FakePage(), new FakePage()];
  pages.push(none, first, second);
  first.answers = second.answers = {};
  expect(await click({ pushId: 'p', conversationId: ID })).toBe(true);
  expect(first.heard).toContainEqual({ type: 'parley-open', conversationId: ID });
  expect([none.focused, first.focused, second.focused]).toEqual([0, 1, 0]);
  expect(opened).toEqual([]);
});

test.each([
  ['https://shop.example/chat/1', 'https://shop.example/chat/1'],
  [undefined, `https://shop.example/#parley=${ID}`],
  ['javascript:alert(1)', `https://shop.example/#parley=${ID}`],
  ['data:text/html,x', `https://shop.example/#parley=${ID}`],
  ['nonsense', `https://shop.example/#parley=${ID}`],
])('without one, to its address: %s', async (url, address) => {
  pages.push(new FakePage());
  await click({ pushId: 'p', conversationId: ID, url });
  expect(opened).toEqual([address]);
});

test('a subscription that ended is made anew, and the pages are told', async () => {
  const page = new FakePage();
  pages.push(page);
  const options = { applicationServerKey: new ArrayBuffer(2), userVisibleOnly: true };
  let work: Promise<unknown> = Promise.resolve();
  worker.handleSubscriptionChange({
    oldSubscription: { options } as PushSubscription,
    waitUntil: (it) => void (work = it),
  });
  await work;
  expect(subscribed).toEqual([options]);
  expect(page.heard).toEqual([{ type: 'parley-subscription' }]);
});

const registration = () =>
  (globalThis as unknown as { registration: ServiceWorkerRegistration }).registration;

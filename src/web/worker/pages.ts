import { type PageClient, scope } from './scope.ts';

/** Pages answer at once; one that sleeps does not, and the click counts for about a second. */
const ANSWER_MS = 250;

interface Inbox {
  readonly page: PageClient;
  /** The conversation that is seen there. */
  readonly conversationId: string | undefined;
}

const pages = (): Promise<readonly PageClient[]> =>
  scope.clients.matchAll({ type: 'window', includeUncontrolled: true });

/** The pages that have an inbox, the one that was used last first. */
export async function findInboxes(): Promise<Inbox[]> {
  const found = await Promise.all((await pages()).map((page) => ask(page)));
  return found.filter((inbox) => inbox !== undefined);
}

/** Tells all pages. */
export async function tellPages(message: { readonly type: string }): Promise<void> {
  for (const page of await pages()) page.postMessage(message, []);
}

function ask(page: PageClient): Promise<Inbox | undefined> {
  const { port1, port2 } = new MessageChannel();
  return new Promise<Inbox | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ANSWER_MS);
    port1.addEventListener('message', ({ data }: MessageEvent<Omit<Inbox, 'page'>>) => {
      clearTimeout(timer);
      resolve({ page, conversationId: data.conversationId });
    });
    port1.start();
    page.postMessage({ type: 'parley-which' }, [port2]);
  }).finally(() => port1.close());
}

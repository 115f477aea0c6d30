import { vi } from 'vitest';
import { createClient } from '../../create-client.ts';
import { memoryStorage } from '../../storage/memory.ts';
import type { ClientOptions } from '../../client-options.ts';
import type { Message, ParleyClient } from '../../types.ts';
import { FakeLink, links } from './fake-link.ts';
import { FakeServer } from './fake-server.ts';

interface Chat {
  readonly server: FakeServer;
  readonly client: ParleyClient;
  readonly link: FakeLink;
}

/** A client that is up, on a fake link: the test must put `openFakeLink` in the place of `openLink`, and fake the timers. */
export async function openChat(
  server: FakeServer,
  options: Partial<ClientOptions> = {},
): Promise<Chat> {
  const client = createClient({
    url: 'http://parley/',
    token: () => '',
    storage: memoryStorage(),
    fetch: server.fetch,
    ...options,
  });
  const link = links.at(-1) ?? new FakeLink(unused());
  client.connect();
  await vi.advanceTimersByTimeAsync(0);
  link.up(false);
  await vi.advanceTimersByTimeAsync(100);
  return { server, client, link };
}

export const contents = (messages: readonly Message[]): string[] =>
  messages.map(({ status, content }) => `${status} ${content}`);

function unused(): never {
  throw new Error('openLink is not replaced');
}

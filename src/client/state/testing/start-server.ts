import { onTestFinished, vi } from 'vitest';
import { FakeServer } from './fake-server.ts';

// Whoever imports this has a fake link; first, before what makes clients.
vi.mock('../../link/open-link.ts', async () => ({
  openLink: (await import('./fake-link.ts')).openFakeLink,
}));

// What is loaded on use is there at once: time stands still in these tests.
await import('../../on-use.ts');

/** For `beforeEach`: a server with one conversation, and a clock that stands still. What is faked ends with the test. */
export function startServer(): { readonly server: FakeServer; readonly id: string } {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });
  const server = new FakeServer();
  return { server, id: server.create(1) };
}

/** Lets time go by. */
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

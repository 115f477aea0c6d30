import { beforeEach, expect, test, vi } from 'vitest';
import { pass, startServer } from './testing/start-server.ts';
import { FakeServer, OTHER } from './testing/fake-server.ts';
import { tell } from './testing/frames.ts';
import { contents, openChat } from './testing/open-chat.ts';

const flights = vi.hoisted(() => ({ count: 0 }));
// Who asks without end and without waiting would not let the test end.
vi.mock('../rest/flight.ts', async (importOriginal) => {
  const { Flight } = await importOriginal<typeof import('../rest/flight.ts')>();
  return {
    Flight: class extends Flight {
      override run(signal?: AbortSignal): Promise<void> {
        flights.count += 1;
        return flights.count > 100 ? Promise.reject(new Error('without end')) : super.run(signal);
      }
    },
  };
});

let server: FakeServer;
let id: string;
beforeEach(() => {
  flights.count = 0;
  ({ server, id } = startServer());
});

test('aborted: nothing is being loaded any more', async () => {
  const { client } = await openChat(server);
  server.delayMs = () => 1_000;
  const thread = client.thread(id);
  const controller = new AbortController();
  const loading = thread.load(controller);
  loading.catch(() => undefined);
  await pass(10);
  expect(thread.state.get().loading).toEqual({ status: 'loading' });
  controller.abort();
  await expect(loading).rejects.toThrow('aborted');
  await pass(0);
  expect(thread.state.get().loading).toEqual({ status: 'idle' });
});

test.each([
  ['in the list', false],
  ['not in the list', true],
])('aborted and at once asked for again, %s: it is loaded, and goes on', async (_, isOther) => {
  const { client, link } = await openChat(server);
  const asked = isOther ? server.create(2) : id;
  server.delayMs = () => 1_000;
  const thread = client.thread(asked);
  const controller = new AbortController();
  const again = thread.load(controller).catch(() => thread.load());
  await pass(10);
  controller.abort();
  await pass(10_000);
  await again;
  expect(thread.state.get().loading).toEqual({ status: 'ready' });
  tell(link, server.send(asked, OTHER, 'hello'));
  expect(contents(thread.state.get().messages)).toEqual(['sent hello']);
});

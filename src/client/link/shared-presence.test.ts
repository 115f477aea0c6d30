import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeLocks } from '../testing/fake-locks.ts';
import { eventually } from './testing/eventually.ts';
import { FakeSocketServer } from './testing/fake-socket-server.ts';
import { openTab } from './testing/fake-tab.ts';

const BEA = '00000000-0000-4000-8000-00000000000b';
const CAL = '00000000-0000-4000-8000-00000000000c';

type Tab = ReturnType<typeof openTab>;

let server: FakeSocketServer;
let locks: FakeLocks;
let tabs: Tab[];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  server = new FakeSocketServer();
  locks = new FakeLocks();
  tabs = [];
  await server.start();
});

afterEach(() => {
  for (const tab of tabs) tab.end();
  server.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(tabId: string): Promise<Tab> {
  const tab = openTab(tabId, locks, { url: server.url });
  tabs.push(tab);
  await eventually(() => expect(tab.told).toContain('up'));
  return tab;
}

function tell(userId: string, online: boolean): void {
  server.send(server.last!.socket, { type: 'presence', userId, online, lastSeenAt: null });
}

/** Who is here, by what that tab was told since it was up. */
function here({ frames }: Tab): string[] {
  const all = new Set<string>();
  for (const frame of frames)
    if (frame === 'up') all.clear();
    else if (frame.type === 'presence' && frame.online) all.add(frame.userId);
    else if (frame.type === 'presence') all.delete(frame.userId);
  return [...all];
}

test('a tab that comes later is told who is here', async () => {
  const a = await open('a');
  tell(BEA, true);
  tell(CAL, true);
  tell(CAL, false);
  await eventually(() => expect(a.frames).toHaveLength(4));
  const b = await open('b');
  await eventually(() => expect(here(b)).toEqual([BEA]));
  tell(CAL, true);
  for (const tab of [a, b]) await eventually(() => expect(here(tab)).toEqual([BEA, CAL]));
});

test('a tab that was frozen is told again', async () => {
  const a = await open('a');
  const b = await open('b');
  tell(BEA, true);
  await eventually(() => expect(here(b)).toEqual([BEA]));
  b.freeze(true);
  tell(BEA, false);
  await eventually(() => expect(here(a)).toEqual([]));
  b.freeze(false);
  tell(CAL, true);
  await eventually(() => expect(here(b)).toEqual([CAL]));
  expect(here(a)).toEqual([CAL]);
  expect(server.sockets).toHaveLength(1);
});

test('the next leader knows nobody until it is told', async () => {
  const a = await open('a');
  const b = await open('b');
  tell(BEA, true);
  await eventually(() => expect(here(b)).toEqual([BEA]));
  a.link.close();
  await eventually(() => expect(b.told.at(-1)).toBe('up, complete'));
  const c = await open('c');
  expect(here(c)).toEqual([]);
  tell(CAL, true);
  for (const tab of [b, c]) await eventually(() => expect(here(tab)).toEqual([CAL]));
});

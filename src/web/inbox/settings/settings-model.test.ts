import { expect, it, vi } from 'vitest';
import { ParleyError, type PushStatus, type Settings } from '../../../client/parley-client.ts';
import { SettingsModel, shownHours, timeZoneHere } from './settings-model.ts';

const SETTINGS: Settings = {
  hidePresence: false,
  email: true,
  quietHours: null,
  push: { platforms: ['web'], webPushKey: 'AQID' },
};
const away = new ParleyError('network', 'no');

function open() {
  const client = {
    settings: vi.fn<() => Promise<Settings>>(() => Promise.resolve(SETTINGS)),
    changeSettings: vi.fn<(change: object) => Promise<Settings>>((change) =>
      Promise.resolve({ ...SETTINGS, ...change }),
    ),
    push: {
      status: vi.fn<() => Promise<PushStatus>>(() => Promise.resolve('off')),
      enable: vi.fn<() => Promise<PushStatus>>(() => Promise.resolve('on')),
      disable: vi.fn<() => Promise<PushStatus>>(() => Promise.resolve('off')),
    },
  };
  const seen: SettingsModel['state'][] = [];
  const model = new SettingsModel(client, () => seen.push(model.state));
  return { client, model, seen };
}

it('loads, and again after that failed', async () => {
  const { client, model } = open();
  client.settings.mockRejectedValueOnce(away);
  await model.load();
  expect(model.state).toEqual({ status: 'failed' });
  await model.load();
  expect(model.state).toMatchObject({ status: 'ready', settings: SETTINGS, push: 'off' });
});

it('is there when only push is not', async () => {
  const { client, model } = open();
  client.push.status.mockRejectedValueOnce(away);
  await model.load();
  expect(model.state).toMatchObject({ status: 'ready', push: 'off' });
});

it('shows what is changed at once, and takes back what is not taken', async () => {
  const { client, model, seen } = open();
  await model.load();
  seen.length = 0;
  await model.change({ email: false });
  expect(seen).toMatchObject([{ settings: { email: false } }, { settings: { email: false } }]);
  client.changeSettings.mockRejectedValueOnce(away);
  await model.change({ email: true });
  expect(model.state).toMatchObject({ hasFailed: true, settings: { email: false } });
  await model.change({ email: true });
  expect(model.state).toMatchObject({ hasFailed: false, settings: { email: true } });
});

/** A server that answers when it is told to, with what it has then. */
function slow(client: ReturnType<typeof open>['client']) {
  let stored = SETTINGS;
  const waiting: ((isTaken: boolean) => void)[] = [];
  client.changeSettings.mockImplementation(
    (change) =>
      new Promise<Settings>((resolve, reject) => {
        waiting.push((isTaken) => {
          if (!isTaken) reject(away);
          else resolve((stored = { ...stored, ...change }));
        });
      }),
  );
  client.settings.mockImplementation(() => Promise.resolve(stored));
  const answer = async (isTaken = true): Promise<void> => {
    await vi.waitFor(() => expect(waiting).not.toEqual([]));
    waiting.shift()?.(isTaken);
  };
  return { answer, isAsked: () => waiting.length };
}

it('what is changed in quick succession does not come back, and is saved in that order', async () => {
  const { client, model, seen } = open();
  const { answer, isAsked } = slow(client);
  await model.load();
  const emails = model.change({ email: false });
  const hides = model.change({ hidePresence: true });
  const again = model.change({ email: true });
  await vi.waitFor(() => expect(isAsked()).toBe(1));
  seen.length = 0;
  await answer();
  await emails;
  await answer();
  await hides;
  expect(model.state).toMatchObject({ settings: { email: true, hidePresence: true } });
  await answer();
  await again;
  expect(seen.map((state) => state.status === 'ready' && state.settings)).toEqual(
    seen.map(() => ({ ...SETTINGS, email: true, hidePresence: true })),
  );
  expect(client.changeSettings.mock.calls.map(([change]) => change)).toEqual([
    { email: false },
    { hidePresence: true },
    { email: true },
  ]);
});

it('takes back only what was refused', async () => {
  const { client, model } = open();
  const { answer } = slow(client);
  await model.load();
  const refused = model.change({ email: false });
  const taken = model.change({ hidePresence: true });
  const toggled = model.togglePush(true);
  await answer(false);
  await answer();
  await Promise.all([refused, taken, toggled]);
  expect(model.state).toMatchObject({
    settings: { email: true, hidePresence: true },
    push: 'on',
    hasFailed: true,
  });
});

it('what is loaded again has what was just changed', async () => {
  const { client, model } = open();
  const { answer } = slow(client);
  await model.load();
  void model.change({ email: false });
  const loaded = model.load();
  await answer();
  await loaded;
  expect(model.state).toMatchObject({ status: 'ready', settings: { email: false } });
});

it('a device that does not know its time zone has UTC', () => {
  const format = vi.spyOn(Intl.DateTimeFormat.prototype, 'resolvedOptions');
  format.mockReturnValue({ timeZone: 'Etc/Unknown' } as Intl.ResolvedDateTimeFormatOptions);
  expect(timeZoneHere()).toBe('UTC');
  format.mockRestore();
});

it('asks the browser within the click', async () => {
  const { client, model } = open();
  await model.load();
  const toggled = model.togglePush(true);
  expect(client.push.enable).toHaveBeenCalledOnce();
  await toggled;
  expect(model.state).toMatchObject({ push: 'on' });
  await model.togglePush(false);
  expect(model.state).toMatchObject({ push: 'off' });
});

it('proposes the night', () => {
  expect(shownHours(null, 'Asia/Tokyo')).toEqual({
    from: '22:00',
    to: '07:00',
    timeZone: 'Asia/Tokyo',
  });
});

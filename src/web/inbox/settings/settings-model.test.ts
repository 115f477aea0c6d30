import { expect, it, vi } from 'vitest';
import { ParleyError, type PushStatus, type Settings } from '../../../client/parley-client.ts';
import { SettingsModel, shownHours } from './settings-model.ts';

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

it('is busy while something is saved, and says when that failed', async () => {
  const { client, model, seen } = open();
  await model.load();
  seen.length = 0;
  await model.change({ email: false });
  expect(seen).toMatchObject([
    { isBusy: true, settings: { email: false } },
    { isBusy: false, settings: { email: false } },
  ]);
  client.changeSettings.mockRejectedValueOnce(away);
  await model.change({ email: true });
  expect(model.state).toMatchObject({
    isBusy: false,
    hasFailed: true,
    settings: { email: false },
  });
  await model.change({ email: true });
  expect(model.state).toMatchObject({ hasFailed: false, settings: { email: true } });
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

import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../src/db/pool.ts';
import { Disposer } from '../src/lib/disposer.ts';
import { createLogger } from '../src/lib/logger.ts';
import { createDevices } from '../src/push/devices.ts';
import { createDatabase } from './support/database.ts';

const setUp = async () => {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const database = await openDatabase(await createDatabase(), createLogger('silent'), disposer);
  const devices = createDevices(database, ['fcm', 'apns'], () => false);
  const all = async () => {
    const { rows } = await database.pool.query<[user: string, token: string]>({
      text: 'SELECT user_id, token FROM devices ORDER BY registered_at',
      rowMode: 'array',
    });
    return rows;
  };
  return { devices, all };
};

test('a token of APNs is one device, whatever the case of its hexadecimal', async () => {
  const { devices, all } = await setUp();
  const [first, second] = [randomUUID(), randomUUID()];
  const token = 'ABCDEF0123'.repeat(6);
  await devices.register(first, { platform: 'apns', token });
  const again = await devices.register(first, { platform: 'apns', token: token.toLowerCase() });
  expect(again.created).toBe(false);
  await devices.register(second, { platform: 'apns', token: token.toLowerCase() });
  expect(await all()).toEqual([[second, token.toLowerCase()]]);
  await devices.remove(second, 'apns', token);
  expect(await all()).toEqual([]);
});

test('tokens of FCM that differ in case are different devices', async () => {
  const { devices, all } = await setUp();
  const user = randomUUID();
  for (const token of ['some:Token', 'some:token'])
    await devices.register(user, { platform: 'fcm', token });
  expect(await all()).toHaveLength(2);
});

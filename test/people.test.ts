import { createECDH, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Chat, twoNodes } from './support/chat.ts';
import { type Answer, type User, connect, newUser, rest, signToken } from './support/client.ts';
import { query } from './support/query.ts';

const nodes = twoNodes({
  VAPID_SUBJECT: 'mailto:operator@shop.example',
  WEB_PUSH_HOSTS: 'push.example,*.push.example',
});

const call = (user: User | undefined, method: string, path: string, body?: unknown) =>
  rest(nodes.first.url, user, method, path, body);

const newSubscription = (host = 'push.example') => {
  const ecdh = createECDH('prime256v1');
  return {
    platform: 'web',
    token: `https://${host}/send/${randomBytes(12).toString('hex')}`,
    keys: {
      p256dh: ecdh.generateKeys().toString('base64url'),
      auth: randomBytes(16).toString('base64url'),
    },
  };
};

const devicesOf = (userId: string) =>
  query<{ token: string }>(
    nodes.databaseUrl,
    'SELECT token FROM devices WHERE user_id = $1 ORDER BY registered_at',
    [userId],
  );

test('a device is registered once, and is of the user who registered it last', async () => {
  const [first, second] = await Promise.all([newUser(), newUser()]);
  const subscription = newSubscription();
  const created = await call(first, 'POST', '/api/devices', subscription);
  expect(created).toMatchObject({ status: 201, body: { device: { platform: 'web' } } });
  const again = await call(first, 'POST', '/api/devices', subscription);
  expect(again).toMatchObject({ status: 200, body: created.body });
  const taken = await call(second, 'POST', '/api/devices', subscription);
  expect(taken.status).toBe(201);
  expect(taken.body.device.id).not.toBe(created.body.device.id);
  expect(await devicesOf(first.id)).toEqual([]);
  expect(await devicesOf(second.id)).toEqual([{ token: subscription.token }]);
});

test('only its user removes a device, and may do so twice', async () => {
  const [owner, other] = await Promise.all([newUser(), newUser()]);
  const { platform, token, keys } = newSubscription('eu.push.example');
  await call(owner, 'POST', '/api/devices', { platform, token, keys });
  const remove = (user: User) => call(user, 'DELETE', '/api/devices', { platform, token });
  expect((await remove(other)).status).toBe(204);
  expect(await devicesOf(owner.id)).toHaveLength(1);
  expect((await remove(owner)).status).toBe(204);
  expect((await remove(owner)).status).toBe(204);
  expect(await devicesOf(owner.id)).toEqual([]);
});

test('with a 21st device the one that was registered longest ago goes', async () => {
  const user = await newUser();
  const subscriptions = Array.from({ length: 21 }, () => newSubscription());
  for (const subscription of subscriptions)
    expect((await call(user, 'POST', '/api/devices', subscription)).status).toBe(201);
  expect((await devicesOf(user.id)).map(({ token }) => token)).toEqual(
    subscriptions.slice(1).map(({ token }) => token),
  );
});

test('what is no device is refused with what it must be', async () => {
  const user = await newUser();
  const good = newSubscription();
  const cases: [object, RegExp, number][] = [
    [{}, /platform must be fcm, apns or web/, 400],
    [{ ...good, platform: 'pager' }, /platform must be fcm, apns or web/, 400],
    [{ ...good, token: '' }, /token must be/, 400],
    [{ ...good, token: 'no url' }, /token must be/, 400],
    [{ ...good, token: `https://push.example/${'x'.repeat(2_048)}` }, /token must be/, 400],
    [{ ...good, keys: undefined }, /keys must be/, 400],
    [{ ...good, keys: { ...good.keys, auth: 'short' } }, /auth must be/, 400],
    // Whatever is named is requested by the server: only push services that are known may be.
    [newSubscription('push.example.evil.example'), /push service/, 400],
    [{ ...good, token: good.token.replace('https:', 'http:') }, /push service/, 400],
    [{ ...good, token: 'https://127.0.0.1/internal' }, /push service/, 400],
    [{ ...good, token: 'https://evil@push.example:8443/' }, /push service/, 400],
    [{ platform: 'apns', token: 'not hexadecimal!' }, /token must be/, 400],
    [{ platform: 'apns', token: 'ab'.repeat(32) }, /push over apns is not set up here/, 409],
    [{ platform: 'fcm', token: 'some:token' }, /push over fcm is not set up here/, 409],
  ];
  for (const [body, detail, status] of cases) {
    const answer = await call(user, 'POST', '/api/devices', body);
    expect({ sent: body, ...answer }).toMatchObject({
      status,
      body: { detail: expect.stringMatching(detail) },
    });
  }
  expect((await call(undefined, 'POST', '/api/devices', good)).status).toBe(401);
  expect(await devicesOf(user.id)).toEqual([]);
});

test('settings are as by default until some of them are changed', async () => {
  const user = await newUser();
  const before = await call(user, 'GET', '/api/settings');
  expect(before).toMatchObject({
    status: 200,
    body: { hidePresence: false, email: true, quietHours: null, push: { platforms: ['web'] } },
  });
  const { webPushKey } = before.body.push;
  expect(Buffer.from(webPushKey, 'base64url')).toHaveLength(65);
  // Every node gives browsers the same key.
  const elsewhere = await rest(nodes.second.url, user, 'GET', '/api/settings');
  expect(elsewhere.body).toEqual(before.body);

  const quietHours = { from: '22:00', to: '07:30', timeZone: 'Europe/Berlin' };
  const change = (body: object): Promise<Answer> => call(user, 'PATCH', '/api/settings', body);
  expect((await change({ quietHours })).body).toMatchObject({ email: true, quietHours });
  expect((await change({ email: false })).body).toMatchObject({ email: false, quietHours });
  const off = { email: false, hidePresence: true, quietHours: null };
  expect((await change({ hidePresence: true, quietHours: null })).body).toMatchObject(off);
  expect((await change({})).body).toMatchObject(off);
  expect((await call(user, 'GET', '/api/settings')).body).toMatchObject(off);
  expect((await change({ email: true })).body).toMatchObject({ ...off, email: true });
});

test('settings that make no sense are refused, and nothing of them is kept', async () => {
  const user = await newUser();
  const zone = { timeZone: 'Europe/Berlin' };
  const cases: [object, RegExp][] = [
    [{ email: 'yes' }, /email must be true or false/],
    [{ hidePresence: 1 }, /hidePresence must be true or false/],
    [{ quietHours: '22-7' }, /quietHours must be null or/],
    [{ quietHours: { from: '24:00', to: '07:00', ...zone } }, /from must be a time of the day/],
    [{ quietHours: { from: '22:00', to: '7', ...zone } }, /to must be a time of the day/],
    [{ quietHours: { from: '07:00', to: '07:00', ...zone } }, /to must not be the same as from/],
    [
      { email: false, quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars/Base' } },
      /timeZone must be a time zone/,
    ],
  ];
  for (const [body, detail] of cases) {
    const answer = await call(user, 'PATCH', '/api/settings', body);
    expect({ sent: body, ...answer }).toMatchObject({
      status: 400,
      body: { code: 'invalid_message', detail: expect.stringMatching(detail) },
    });
  }
  expect((await call(user, 'GET', '/api/settings')).body).toMatchObject({
    email: true,
    quietHours: null,
  });
});

test('a party mutes a conversation for itself alone, for a time or for good', async () => {
  const chat = await Chat.create(nodes);
  const { id: conversationId, buyer, seller } = chat;
  const until = new Date(Date.now() + 3_600_000).toISOString();
  expect(await chat.call(buyer, 'PUT', '/mute', { until })).toMatchObject({
    status: 200,
    body: { conversationId, muted: { until } },
  });
  expect((await chat.state(buyer, nodes.second)).muted).toEqual({ until });
  expect(await chat.state(seller)).not.toHaveProperty('muted');

  expect((await chat.call(buyer, 'PUT', '/mute', {})).body.muted).toEqual({ until: null });
  const list = await call(buyer, 'GET', '/api/conversations');
  expect(list.body.conversations).toMatchObject([{ id: conversationId, muted: { until: null } }]);

  expect(await chat.call(buyer, 'DELETE', '/mute')).toMatchObject({
    status: 200,
    body: { conversationId, muted: null },
  });
  expect(await chat.state(buyer)).not.toHaveProperty('muted');
  // One that is over is none.
  await chat.call(buyer, 'PUT', '/mute', { until: '2020-01-01T00:00:00.000Z' });
  expect(await chat.state(buyer)).not.toHaveProperty('muted');
});

test('nobody else mutes it, and a time must be one', async () => {
  const chat = await Chat.create(nodes);
  const stranger = await newUser();
  for (const method of ['PUT', 'DELETE'])
    expect(await chat.call(stranger, method, '/mute', {})).toMatchObject({
      status: 403,
      body: { code: 'not_authorized' },
    });
  for (const until of ['tomorrow', '0000-01-01T00:00:00.000Z'])
    expect(await chat.call(chat.buyer, 'PUT', '/mute', { until })).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/until must be a time/) },
    });
});

const profileOf = async (userId: string) =>
  (
    await query<{ email: string | null; name: string | null; locale: string | null }>(
      nodes.databaseUrl,
      'SELECT email, name, locale FROM users WHERE id = $1',
      [userId],
    )
  )[0];

test('what a token says of its user is known soon after it was used, and follows the newest', async () => {
  const claims = { email: 'ann@shop.example', name: 'Ann Ω', locale: 'de-AT' };
  const user = await newUser(claims);
  const socket = await connect(nodes.first.wsUrl, user);
  await expect.poll(() => profileOf(user.id)).toEqual(claims);
  const later = { email: 'ann@new.example', email_verified: true, name: 'Ann' };
  await call({ ...user, token: await signToken(user.id, 3_600, later) }, 'GET', '/api/settings');
  await expect
    .poll(() => profileOf(user.id))
    .toEqual({ email: 'ann@new.example', name: 'Ann', locale: null });
  socket.socket.close();
});

test('an address that is not verified, or none, is nobody’s, and the user chats all the same', async () => {
  const user = await newUser({
    email: 'mallory@shop.example',
    email_verified: false,
    name: 'Mal\r\nBcc: all@shop.example',
    locale: { no: 'text' },
  });
  const other = await newUser({ email: 'no address', name: 'Known' });
  for (const each of [user, other])
    expect((await call(each, 'GET', '/api/conversations')).status).toBe(200);
  await expect
    .poll(() => profileOf(other.id))
    .toEqual({ email: null, name: 'Known', locale: null });
  await expect.poll(() => profileOf(user.id)).toEqual({ email: null, name: null, locale: null });
});

test('a token without such claims leaves what is known as it is', async () => {
  const user = await newUser({ name: 'Ann' });
  await call(user, 'GET', '/api/settings');
  await expect.poll(async () => (await profileOf(user.id))?.name).toBe('Ann');
  await call({ ...user, token: await signToken(user.id) }, 'GET', '/api/settings');
  // Written in the same way and later: the first one would be there by now.
  const next = await newUser({ name: 'Next' });
  await call(next, 'GET', '/api/settings');
  await expect.poll(async () => (await profileOf(next.id))?.name).toBe('Next');
  expect((await profileOf(user.id))?.name).toBe('Ann');
});

/** A worker that has every secret there is, and whose services fail in every way, writes none of them down. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import webPush from 'web-push';
import { Chat } from './support/chat.ts';
import { rest } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { FakeApns } from './support/fake-apns.ts';
import { FakeFcm } from './support/fake-fcm.ts';
import { FakeWebPush } from './support/fake-web-push.ts';
import { MailServer, SMTP_LOGIN } from './support/mail-server.ts';
import { scrape } from './support/metrics.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import type { Fault, PushService } from './support/push-service.ts';
import { query } from './support/query.ts';
import { SECRET } from './support/spawn-node.ts';
import { WebhookReceiver, answer } from './support/webhook-receiver.ts';

const CONTENT = 'the-content-of-a-message';
const NAME = 'the-name-of-the-sender';
const ADDRESS = 'the-address-of-the-reader@mail.example';
const REASON = 'whatever-the-service-says';

/** Of a key in a PEM file: what is in no other. */
const lineOf = (pem: string): string => pem.split('\n')[1] ?? '';

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** All that a worker talks to. */
async function services() {
  const [fcm, apns, web] = [
    await FakeFcm.start(),
    await FakeApns.start(),
    await FakeWebPush.start(),
  ];
  const webhookSecret = newSecret();
  const receiver = await WebhookReceiver.start(webhookSecret);
  const mail = await MailServer.open();
  onTestFinished(async () => {
    await Promise.all([fcm, apns, web, receiver].map((one) => one[Symbol.asyncDispose]()));
    await mail.close();
  });
  const vapid = webPush.generateVAPIDKeys();
  const replySecret = newSecret();
  const env = {
    ...fcm.env,
    ...apns.env,
    ...web.env,
    VAPID_PUBLIC_KEY: vapid.publicKey,
    VAPID_PRIVATE_KEY: vapid.privateKey,
    SMTP_URL: mail.url,
    EMAIL_FROM: 'Shop <chat@shop.example>',
    EMAIL_REPLY_DOMAIN: 'reply.shop.example',
    EMAIL_REPLY_SECRET: replySecret,
    PUBLIC_URL: 'https://chat.shop.example',
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: webhookSecret,
    PUSH_DELAY_SECONDS: '0.5',
    // Two seconds.
    EMAIL_AFTER_MINUTES: '0.034',
  };
  const { private_key: privateKey } = JSON.parse(
    await readFile(fcm.settings.serviceAccountFile, 'utf8'),
  ) as { private_key: string };
  return {
    env,
    fcm,
    apns,
    web,
    receiver,
    mail,
    secrets: {
      'key of FCM': lineOf(privateKey),
      'key of APNs': lineOf(await readFile(apns.settings.keyFile, 'utf8')),
      'key of VAPID': vapid.privateKey,
      'secret of the webhook': webhookSecret.slice('whsec_'.length),
      'secret of replies': replySecret.slice('whsec_'.length),
      'password of SMTP': SMTP_LOGIN.password,
      'secret of tokens': SECRET,
    },
  };
}

/** Each is met by a push of its own, sooner or later; the last one ends the device. */
const faultsOf = (gone: Fault): Fault[] => [
  { status: 503, reason: REASON },
  { reset: true },
  { status: 429, reason: REASON, retryAfter: '1' },
  { status: 400, reason: REASON },
  gone,
];

test('no token, key, password, address or content is in what a worker writes, whatever fails', async () => {
  const { env, fcm, apns, web, receiver, mail, secrets } = await services();
  const databaseUrl = await createDatabase();
  const all: Record<string, string> = {
    ...clusterEnv(databaseUrl),
    ...env,
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'trace',
  };
  const node = await nodeForTest(all);
  const { REDIS_URL: _, JWT_SECRET: __, ...less } = all;
  const worker = await nodeForTest({ ...less, ROLE: 'worker', NODE_ENV: 'production' });
  const metric = async (name: string) => (await scrape(worker.url)).value(name);

  const chat = await Chat.create({ env: all, databaseUrl, first: node, second: node });
  const { buyer, seller } = chat;
  const profiles = [
    { id: buyer.id, name: NAME, email: null },
    { id: seller.id, name: null, email: ADDRESS },
  ];
  for (const { id, name, email } of profiles)
    await query(databaseUrl, 'INSERT INTO users (id, name, email) VALUES ($1, $2, $3)', [
      id,
      name,
      email,
    ]);
  const devices = [fcm.newDevice(), apns.newDevice(), web.subscribe(env.VAPID_PUBLIC_KEY)];
  const register = async (): Promise<void> => {
    for (const { platform, token, keys } of devices) {
      const device = { platform, token, keys };
      expect((await rest(node.url, seller, 'POST', '/api/devices', device)).status).toBe(201);
    }
  };
  await register();
  const refusals = await Promise.all(
    devices.map(({ token }) =>
      rest(node.url, buyer, 'POST', '/api/devices', { platform: 'web', token }),
    ),
  );
  expect(refusals.map(({ status }) => status)).toEqual([400, 400, 400]);

  const pushes: readonly [string, PushService, Fault][] = [
    ['fcm', fcm, { status: 404, reason: 'UNREGISTERED' }],
    ['apns', apns, { status: 410, reason: 'Unregistered' }],
    ['web', web, { status: 410, reason: REASON }],
  ];
  for (const [, service, gone] of pushes)
    for (const fault of faultsOf(gone)) service.failNext(fault);
  // More in a row, and it would be left alone for a while.
  let failures = 2;
  receiver.behaviour = (response, received) => {
    failures -= 1;
    answer(failures < 0 ? 204 : 500)(response, received);
  };
  mail.refusals.push(451, 550);
  const outcomes = ['retry', 'refused', 'gone'];
  /** What is still to come of all that can go wrong. */
  const missing = async (): Promise<string[]> => {
    const scraped = await scrape(worker.url);
    return [
      ...pushes.flatMap(([platform]) =>
        outcomes.map(
          (outcome) => `parley_pushes_total{platform="${platform}",outcome="${outcome}"}`,
        ),
      ),
      'parley_emails_total{outcome="retried"}',
      'parley_webhooks_total{type="message.created",outcome="failed"}',
    ].filter((name) => !(scraped.value(name) > 0));
  };
  await expect
    .poll(
      async () => {
        await chat.send(buyer, CONTENT);
        return missing();
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .toEqual([]);

  // And all goes well.
  await register();
  await chat.send(buyer, CONTENT);
  for (const name of [
    ...pushes.map(([platform]) => `parley_pushes_total{platform="${platform}",outcome="sent"}`),
    'parley_emails_total{outcome="sent"}',
    'parley_webhooks_total{type="message.created",outcome="taken"}',
  ])
    await expect.poll(() => metric(name), { timeout: 30_000 }).toBeGreaterThan(0);
  const metrics = await Promise.all(
    [node, worker].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
  );

  const written = {
    'what the worker wrote': worker.output(),
    'what the node wrote': node.output(),
    'their metrics': metrics.join('\n'),
    'what the node answered': JSON.stringify(refusals),
  };
  const never: Record<string, string> = {
    ...secrets,
    content: CONTENT,
    name: NAME,
    address: ADDRESS,
    'access token of FCM': 'ya29.',
    'signature of a webhook': 'v1,',
  };
  for (const { platform, token, keys } of devices) {
    never[`token of ${platform}`] = token.split('/').at(-1) ?? '';
    if (keys !== undefined) never['key of a browser'] = keys.auth;
  }
  for (const token of [...apns.tokens.keys(), ...web.tokens.keys()])
    never[`our token ${token.slice(-8)}`] = token;
  for (const [place, text] of Object.entries(written)) {
    for (const [what, secret] of Object.entries(never)) {
      expect(secret).not.toBe('');
      expect([what, place, text.includes(secret)]).toEqual([what, place, false]);
    }
  }
  // What an operator needs is there.
  for (const reason of ['"kind":"retry"', '"kind":"refused"', 'a push was not taken'])
    expect(worker.output()).toContain(reason);
}, 120_000);

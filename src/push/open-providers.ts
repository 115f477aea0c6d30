import type { ApnsSettings, PushSettings, WebPushSettings } from '../config-notifications.ts';
import type { Database } from '../db/pool.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { readAccount, readApnsKey } from './key-files.ts';
import type { PushProvider } from './provider.ts';
import { openVapidKeys } from './vapid-keys.ts';

/**
 * The providers that are set up, until `disposer` is through. Each is loaded only when it is wanted.
 *
 * @throws {StartupError} when a file that is named, or a key that is set, cannot be used
 */
export async function openProviders(
  { fcm, apns, web }: PushSettings,
  database: Database,
  logger: Logger,
  disposer: Disposer,
): Promise<PushProvider[]> {
  const providers = await Promise.all([
    ...(fcm === undefined ? [] : [openFcm(fcm)]),
    ...(apns === undefined ? [] : [openApns(apns)]),
    ...(web === undefined ? [] : [openWebPush(web, database)]),
  ]);
  for (const provider of providers) disposer.defer(() => provider[Symbol.asyncDispose]());
  if (providers.length > 0)
    logger.info({ platforms: providers.map(({ platform }) => platform) }, 'pushes can be sent');
  return providers;
}

async function openFcm({ serviceAccountFile, url }: NonNullable<PushSettings['fcm']>) {
  const account = await readAccount(serviceAccountFile);
  const { createFcm } = await import('./fcm.ts');
  return createFcm(account, url);
}

async function openApns({ keyFile, ...settings }: ApnsSettings) {
  const key = await readApnsKey(keyFile);
  const { createApns } = await import('./apns.ts');
  return createApns({ key, ...settings });
}

async function openWebPush({ subject, hosts, ...settings }: WebPushSettings, database: Database) {
  const keys = await openVapidKeys(settings, database);
  const { createWebPush } = await import('./web-push.ts');
  return createWebPush({ keys, subject, hosts });
}

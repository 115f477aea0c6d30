import type { PushSettings } from '../../src/config-notifications.ts';
import type { Database } from '../../src/db/pool.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { openProviders } from '../../src/push/open-providers.ts';
import type { Push, PushDevice } from '../../src/push/provider.ts';

/** What {@link file://./send-push.ts} is started with, in JSON: for what only a process of its own can show, such as NODE_EXTRA_CA_CERTS. */
export interface SendPush {
  readonly settings: Pick<PushSettings, 'fcm' | 'apns' | 'web'>;
  readonly device: PushDevice;
  readonly push: Push;
}

const { settings, device, push } = JSON.parse(process.argv[2] ?? '') as SendPush;
await using closing = new Disposer();
const [provider] = await openProviders(
  { delayMs: 0, showsContent: true, ...settings },
  // Only who has no keys of VAPID wants it.
  {} as Database,
  createLogger('silent'),
  closing,
);
console.log(JSON.stringify(await provider?.send(device, push)));

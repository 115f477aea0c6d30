import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createUrls } from '../../src/attachments/urls.ts';
import type { NotificationSettings } from '../../src/config-notifications.ts';
import { openDatabase } from '../../src/db/pool.ts';
import { openSigner } from '../../src/db/shared-signer.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { createToMessage } from '../../src/messages/message-row.ts';
import { type Notifier, openNotifier } from '../../src/notifier.ts';
import type { PushOutcome } from '../../src/push/deliver.ts';
import type { PushDevice, PushProvider } from '../../src/push/provider.ts';
import { silent } from './jobs.ts';
import { query } from './query.ts';
import { RecordingProvider } from './recording-provider.ts';

export interface PushWorker extends AsyncDisposable {
  readonly provider: RecordingProvider;
  readonly notifier: Notifier;
  readonly outcomes: PushOutcome[];
  /** From the creation of what was told, in seconds. */
  readonly delays: number[];
}

interface Options {
  readonly delayMs?: number;
  readonly showsContent?: boolean;
  readonly provider?: RecordingProvider;
}

const settingsOf = ({ delayMs = 500, showsContent = true }: Options): NotificationSettings => ({
  publicUrl: undefined,
  conversationUrl: 'https://shop.example/chat/{conversationId}',
  push: { delayMs, showsContent, fcm: undefined, apns: undefined, web: undefined },
  email: undefined,
  remindAfterMs: 900_000,
  webhook: undefined,
});

/** What a worker does, in this process and with a provider that remembers; ends with the test. */
export async function pushWorker(databaseUrl: string, options: Options = {}): Promise<PushWorker> {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  const database = await openDatabase(databaseUrl, silent, disposer);
  const { provider = new RecordingProvider() } = options;
  const providers: readonly PushProvider[] = [provider];
  const outcomes: PushOutcome[] = [];
  const delays: number[] = [];
  const notifier = await openNotifier(
    {
      settings: settingsOf(options),
      database,
      providers,
      toMessage: createToMessage(createUrls(await openSigner(database, 'attachment_urls')).show),
      observer: {
        webhook: () => undefined,
        email: () => undefined,
        pushed: (_, outcome) => void outcomes.push(outcome),
        sent: (seconds) => void delays.push(seconds),
      },
      logger: silent,
    },
    disposer,
  );
  return {
    provider,
    notifier,
    outcomes,
    delays,
    [Symbol.asyncDispose]: () => disposer[Symbol.asyncDispose](),
  };
}

/** Gives a user a device. @returns its token */
export async function addDevice(
  databaseUrl: string,
  userId: string,
  { platform, token, keys }: Pick<PushDevice, 'platform' | 'token' | 'keys'> = {
    platform: 'fcm',
    token: randomUUID(),
    keys: undefined,
  },
): Promise<string> {
  await query(
    databaseUrl,
    `INSERT INTO devices (id, user_id, platform, token, keys, created_at, registered_at)
     VALUES (gen_random_uuid(), $1, $2, $3, $4, now(), now())`,
    [userId, platform, token, keys],
  );
  return token;
}

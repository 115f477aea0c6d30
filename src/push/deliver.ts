import { errorCode } from '../lib/error-code.ts';
import type { Logger } from '../lib/logger.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';
import { refused } from './attempt.ts';
import { type Told, notificationOf } from './notification.ts';
import type { Push, PushDevice, PushPlatform, PushProvider, PushResult } from './provider.ts';
import { pausing } from './pausing.ts';
import { pushId } from './push-id.ts';

/** How long a push that nobody could be told of is tried, in milliseconds. */
export const EXPIRES_MS = 86_400_000;

export type PushOutcome = PushResult['kind'] | 'expired';

export interface PushObserver {
  pushed(platform: PushPlatform, outcome: PushOutcome): void;
  /** @param seconds since the first message was written that it tells of */
  sent(seconds: number): void;
}

export interface DeliverParts {
  readonly providers: readonly PushProvider[];
  /** Whether notifications show what was written. */
  readonly showsContent: boolean;
  /** Where a click leads, with `{conversationId}` in it. */
  readonly conversationUrl: string | undefined;
  readonly observer: PushObserver;
  readonly logger: Logger;
}

/** What is to be told, as the tables have it. */
export interface Telling extends Told {
  readonly conversationId: string;
  readonly userId: string;
  readonly messageId: string;
  /** Of what was claimed: the push is known by it. */
  readonly seq: number;
  readonly badge: number;
  readonly ageSeconds: number;
}

/** Gives it to the provider of the device. Never rejects. */
export type Deliver = (
  device: PushDevice,
  telling: Telling,
  expiresAt: number,
) => Promise<PushResult>;

export interface Delivery {
  readonly platforms: readonly PushPlatform[];
  readonly deliver: Deliver;
  /** Nobody tries it any more. */
  readonly expired: (device: PushDevice) => void;
}

export function createDelivery(parts: DeliverParts): Delivery {
  const { observer, logger } = parts;
  const providers = new Map(parts.providers.map((one) => [one.platform, pausing(one)]));
  const report = sparing(
    OUTAGE_REPORT_MS,
    (leftOut, platform: PushPlatform, kind: string, reason: string) =>
      logger.warn({ platform, kind, reason, leftOut }, 'a push was not taken'),
  );
  const send: Deliver = async (device, telling, expiresAt) => {
    const provider = providers.get(device.platform);
    if (provider === undefined) return refused('not set up');
    return provider.send(device, toPush(telling, parts, expiresAt));
  };
  return {
    platforms: [...providers.keys()],
    async deliver(device, telling, expiresAt) {
      const { platform } = device;
      const since = performance.now();
      const result = await send(device, telling, expiresAt).catch(
        // A device that cannot be told must not have the others of its batch told again and again.
        (error: unknown) => refused(errorCode(error) ?? 'error'),
      );
      observer.pushed(platform, result.kind);
      if (result.kind === 'sent')
        observer.sent(telling.ageSeconds + (performance.now() - since) / 1_000);
      if (result.kind === 'retry' || result.kind === 'refused')
        report(platform, result.kind, result.reason);
      return result;
    },
    expired: ({ platform }) => observer.pushed(platform, 'expired'),
  };
}

function toPush(
  telling: Telling,
  { showsContent, conversationUrl }: DeliverParts,
  expiresAt: number,
): Push {
  const { conversationId, userId, messageId, seq, unreadCount, badge } = telling;
  return {
    id: pushId(conversationId, userId, seq),
    conversationId,
    messageId,
    seq,
    ...notificationOf(telling, showsContent),
    unreadCount,
    badge,
    url: conversationUrl?.replaceAll('{conversationId}', conversationId),
    expiresAt,
  };
}

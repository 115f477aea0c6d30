import type { Pool } from 'pg';
import { type Claim, type Party, claimPushes } from './claim.ts';
import type { Delivery } from './deliver.ts';
import { quietUntil } from './quiet-hours.ts';
import { type Recipient, readRecipients } from './recipients.ts';

/** While somebody else tells them something, in milliseconds. */
const BUSY_MS = 2_000;

export interface DecideParts {
  readonly pool: Pool;
  readonly delivery: Pick<Delivery, 'platforms'>;
  /** How long a message may stay unread before it is pushed, in milliseconds. */
  readonly delayMs: number;
}

/** Somebody who is to be told something now, by whoever asked. */
export interface Telling {
  readonly claim: Claim;
  readonly recipient: Recipient;
}

/** Somebody who is not to be told now. */
export interface Later {
  readonly party: Party;
  readonly waitMs: number;
}

export interface Decision {
  readonly tellings: readonly Telling[];
  readonly later: readonly Later[];
}

/**
 * Who of them is told something now, and what. Of those in neither list there is nothing to tell.
 *
 * @param parties each at most once
 */
export async function decide(
  { pool, delivery, delayMs }: DecideParts,
  parties: readonly Party[],
): Promise<Decision> {
  const userIds = parties.map(({ userId }) => userId);
  const recipients = await readRecipients(pool, userIds, delivery.platforms);
  const now = Date.now();
  const later: Later[] = [];
  const wanted = parties.filter((party) => {
    const recipient = recipients.get(party.userId);
    const until = recipient?.quietHours && quietUntil(recipient.quietHours, now);
    if (until !== undefined) later.push({ party, waitMs: until - now });
    return recipient !== undefined && until === undefined;
  });
  const { claims, busy } = await claimPushes(pool, wanted, delayMs);
  for (const party of busy) later.push({ party, waitMs: BUSY_MS });
  const tellings = claims.flatMap((claim) => {
    const recipient = recipients.get(claim.userId);
    return recipient === undefined ? [] : [{ claim, recipient }];
  });
  return { tellings, later };
}

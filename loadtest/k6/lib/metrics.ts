import { Counter, Trend } from 'k6/metrics';
import type { Violation } from './arrivals.ts';

/** What was promised and did not happen. */
export const broken: Readonly<Record<Violation, Counter>> = {
  lost: new Counter('parley_lost'),
  duplicated: new Counter('parley_duplicated'),
  'out of order': new Counter('parley_out_of_order'),
};
/** Messages, edits, deletions and reactions that got no answer, however often they were sent. */
export const unacknowledged = new Counter('parley_unacknowledged');
/** Conversations that came to their end and were checked. One that broke off counts nowhere else. */
export const settled = new Counter('parley_settled');

export const sent = new Counter('parley_sent');
/** Edits, deletions and reactions. */
export const changes = new Counter('parley_changes');
/** Messages that were sent again because there was no answer. */
export const resent = new Counter('parley_resent');
/** Messages that arrived at a party: two for each. */
export const delivered = new Counter('parley_delivered');
export const reconnects = new Counter('parley_reconnects');
/** With the close code as the tag `code`. */
export const closes = new Counter('parley_closes');
/** Attempts to connect that failed: connection refused, 503. */
export const connectFailures = new Counter('parley_connect_failures');
/** Replays that were incomplete, and were repaired over REST. */
export const incompleteReplays = new Counter('parley_incomplete_replays');
/** Error frames, with the error's code as the tag `code`. */
export const errors = new Counter('parley_errors');

/** From the message until its acknowledgement. */
export const ackMs = new Trend('parley_ack_ms', true);
/**
 * From the message until it arrives at the other party. The tag `path` is `live` when both were connected all the while, and
 * `resumed` when it had to wait for one of them to come back.
 */
export const deliveryMs = new Trend('parley_delivery_ms', true);
/** From the end of a socket until its party is live again, replay included. */
export const backMs = new Trend('parley_back_ms', true);

/** Shows them in the summary also when nothing happens. */
export function showZeros(): void {
  for (const counter of [...Object.values(broken), unacknowledged, reconnects]) counter.add(0);
}

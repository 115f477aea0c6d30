import { checkAcks, checkAnswers, checkSends } from './answer-checks.ts';
import { checkDelivery, checkIdentity, checkSockets } from './delivery-checks.ts';
import type {
  ClientEvidence,
  ConversationEvidence,
  Evidence,
  HistoryEntry,
  Received,
} from './evidence.ts';
import { checkDeleted, checkMessages, checkShown, checkWishes } from './message-checks.ts';
import type { Report, Violation } from './violation.ts';

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly sends: number;
  /** Sends that were acknowledged, however often. */
  readonly acks: number;
  /** Edits, deletions and reactions, as stored. */
  readonly changes: number;
  readonly delivered: number;
  /** The longest time from a change to its arrival at a client, in milliseconds. */
  readonly longestSilenceMs: number;
}

/** States every promise that the evidence contradicts. */
export function check(evidence: Evidence): Verdict {
  const byId = new Map(evidence.conversations.map((one) => [one.id, one]));
  const violations: Violation[] = [];
  const report = (promise: Violation['promise'], kind: Violation['kind'], text: string): void => {
    violations.push({ promise, kind, evidence: text });
  };
  for (const conversation of evidence.conversations) {
    checkLog(conversation, report);
    checkReceipts(conversation, evidence.clients, report);
    checkMessages(conversation, report);
    checkDeleted(evidence.clients, conversation, report);
  }
  checkIdentity(evidence, report);
  let longestSilenceMs = 0;
  for (const client of evidence.clients) {
    checkAcks(client, byId, report);
    checkSends(client, byId, report);
    checkSockets(client, report);
    checkAnswers(client, evidence, report);
    for (const id of client.conversationIds) {
      const conversation = byId.get(id);
      if (conversation === undefined) throw new Error(`no evidence of conversation ${id}`);
      const silence = checkDelivery(client, conversation, evidence.faultEndedAt, report);
      longestSilenceMs = Math.max(longestSilenceMs, silence);
      checkShown(client, conversation, report);
      checkWishes(client, conversation, report);
    }
  }
  const sum = (count: (client: ClientEvidence) => number) =>
    evidence.clients.reduce((total, client) => total + count(client), 0);
  return {
    violations,
    sends: sum(({ sends }) => sends.length),
    acks: sum(({ acks }) => new Set(acks.map((ack) => ack.clientMessageId)).size),
    changes: evidence.conversations.reduce((total, one) => total + countChanges(one), 0),
    delivered: sum(({ received }) => received.length),
    longestSilenceMs,
  };
}

const countChanges = ({ changes }: ConversationEvidence): number =>
  changes.filter(({ type }) => type !== 'new_message' && type !== 'read_receipt').length;

/** Promise 1 and the seq's: the log has every number once, and the history what the log has. */
function checkLog({ id, seq, changes, history }: ConversationEvidence, report: Report): void {
  const seen = new Set<number>();
  for (const change of changes) {
    if (seen.has(change.seq)) report(1, 'duplicated', `${id} has two changes ${change.seq}`);
    seen.add(change.seq);
  }
  for (let n = 1; n <= seq; n += 1)
    if (!seen.has(n)) report(1, 'lost', `${id} counts ${seq} changes and has no ${n}`);
  if (seen.size > seq) report(1, 'wrong', `${id} counts ${seq} changes and has ${seen.size}`);
  const sent = new Set(
    changes.map((one) => (one.type === 'new_message' ? `${one.seq} ${one.messageId}` : '')),
  );
  const ids = new Set<string>();
  for (const message of history) {
    if (ids.has(message.id)) report(1, 'duplicated', `${id} shows message ${message.id} twice`);
    ids.add(message.id);
    if (!sent.has(`${message.seq} ${message.id}`))
      report(1, 'wrong', `${id} shows message ${message.id} as ${message.seq}, which is none`);
  }
}

/** Promise 5: receipts only rise, and the counts are what the receipts say. */
function checkReceipts(
  { id, buyerId, sellerId, history, unread }: ConversationEvidence,
  clients: readonly ClientEvidence[],
  report: Report,
): void {
  const bySeq = new Map(history.map((message) => [message.id, message.seq]));
  const receipts = new Map<number, Received>();
  for (const client of clients) {
    for (const one of client.received)
      if (one.conversationId === id && one.type === 'read_receipt') receipts.set(one.seq, one);
  }
  const readUpTo = new Map<string, number>();
  for (const { seq, messageId, userId } of [...receipts.values()].toSorted(
    (a, b) => a.seq - b.seq,
  )) {
    const target = bySeq.get(messageId);
    if (target === undefined) report(5, 'wrong', `${id}: receipt ${seq} of an unknown message`);
    const before = readUpTo.get(userId) ?? 0;
    if (target !== undefined && target <= before)
      report(5, 'out of order', `${id}: ${userId} read up to ${before}, then ${target} (${seq})`);
    readUpTo.set(userId, Math.max(before, target ?? 0));
  }
  for (const [reader, count] of [
    [buyerId, unread.buyer],
    [sellerId, unread.seller],
  ] as const) {
    const isUnread = ({ senderId, seq }: HistoryEntry) =>
      senderId !== reader && seq > (readUpTo.get(reader) ?? 0);
    // What was deleted before it was read is not counted any more.
    const expected = history.filter((one) => isUnread(one) && one.deletedAt === undefined).length;
    if (count !== expected)
      report(5, 'wrong', `${id}: ${reader} has ${count} unread, and by the receipts ${expected}`);
    for (const message of history) {
      if (message.senderId === reader || (message.readAt === null) === isUnread(message)) continue;
      // One that was deleted first need not be marked.
      if (message.deletedAt === undefined || isUnread(message))
        report(5, 'wrong', `${id}: message ${message.id} is marked ${message.readAt ?? 'unread'}`);
    }
  }
}

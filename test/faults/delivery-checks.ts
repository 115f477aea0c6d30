import type {
  ClientEvidence,
  ConversationEvidence,
  Evidence,
  LoggedChange,
  Received,
} from './evidence.ts';
import type { Report } from './violation.ts';

/** How long after a fault's end everything must have arrived, and with no fault at all, in milliseconds. */
const LIMIT_MS = 15_000;
const QUIET_LIMIT_MS = 1_000;

/** Promises 2 and 3 on each socket: rising, without holes, and after a cursor nothing is left out. */
export function checkSockets(client: ClientEvidence, report: Report): void {
  /** By conversation: the highest of all sockets, and of the present one. */
  const highest = new Map<string, number>();
  const onSocket = new Map<string, { socket: number; seq: number }>();
  for (const { socket, conversationId, seq } of client.received) {
    const what = `${client.name}, socket ${socket}, ${conversationId}`;
    const before = onSocket.get(conversationId);
    const top = highest.get(conversationId) ?? 0;
    if (before?.socket === socket) {
      if (seq === before.seq) report(3, 'duplicated', `${what}: ${seq} twice`);
      else if (seq < before.seq) report(2, 'out of order', `${what}: ${seq} after ${before.seq}`);
      else if (seq > before.seq + 1) report(2, 'lost', `${what}: ${seq} right after ${before.seq}`);
    } else if (seq > top + 1) {
      report(3, 'lost', `${what}: begins with ${seq}, and the client had no more than ${top}`);
    }
    onSocket.set(conversationId, { socket, seq });
    highest.set(conversationId, Math.max(top, seq));
  }
  if (client.incomplete > 0)
    report(
      3,
      'lost',
      `${client.name} was told ${client.incomplete} times that its replay is incomplete`,
    );
}

/** Promise 2: every change reached the client, in time. */
export function checkDelivery(
  client: ClientEvidence,
  conversation: ConversationEvidence,
  faultEndedAt: number | undefined,
  report: Report,
): number {
  const arrived = new Map<number, number>();
  for (const { conversationId, seq, at } of client.received)
    if (conversationId === conversation.id && !arrived.has(seq)) arrived.set(seq, at);
  let longest = 0;
  for (const change of conversation.changes) {
    const at = arrived.get(change.seq);
    const what = `${client.name}, ${conversation.id}: ${change.seq}`;
    if (at === undefined) {
      report(2, 'lost', `${what} never came`);
      continue;
    }
    longest = Math.max(longest, at - change.at);
    const due =
      faultEndedAt === undefined
        ? change.at + QUIET_LIMIT_MS
        : Math.max(change.at, faultEndedAt) + LIMIT_MS;
    if (at > due) report(2, 'late', `${what} came ${at - due} ms too late`);
  }
  return longest;
}

const identity = ({ type, messageId, userId, emoji = '' }: Received | LoggedChange): string =>
  `${type} ${messageId} ${userId} ${emoji}`;

/** A number is one change, whoever hears of it and however often. */
export function checkIdentity({ clients, conversations }: Evidence, report: Report): void {
  const known = new Map(
    conversations.flatMap(({ id, changes }) =>
      changes.map((change) => [`${id} ${change.seq}`, identity(change)]),
    ),
  );
  for (const { name, received } of clients) {
    for (const change of received) {
      const key = `${change.conversationId} ${change.seq}`;
      const stored = known.get(key);
      if (stored !== identity(change))
        report(2, 'wrong', `${name}: ${key} came as ${identity(change)} and is ${stored}`);
    }
  }
}

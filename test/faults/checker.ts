import type {
  ClientEvidence,
  ConversationEvidence,
  Evidence,
  HistoryEntry,
  Received,
} from './evidence.ts';

/** A broken promise, with what shows it. The numbers are those of docs/reliability.md. */
export interface Violation {
  readonly promise: 1 | 2 | 3 | 4 | 5 | 6;
  readonly kind: 'lost' | 'duplicated' | 'out of order' | 'late' | 'wrong';
  readonly evidence: string;
}

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly sends: number;
  /** Sends that were acknowledged, however often. */
  readonly acks: number;
  readonly delivered: number;
  /** The longest time from a change to its arrival at a client, in milliseconds. */
  readonly longestSilenceMs: number;
}

/** How long after a fault's end everything must have arrived, and with no fault at all, in milliseconds. */
const LIMIT_MS = 15_000;
const QUIET_LIMIT_MS = 1_000;

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
  }
  checkIdentity(evidence.clients, report);
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
    }
  }
  const sum = (count: (client: ClientEvidence) => number) =>
    evidence.clients.reduce((total, client) => total + count(client), 0);
  return {
    violations,
    sends: sum(({ sends }) => sends.length),
    acks: sum(({ acks }) => new Set(acks.map((ack) => ack.clientMessageId)).size),
    delivered: sum(({ received }) => received.length),
    longestSilenceMs,
  };
}

type Report = (promise: Violation['promise'], kind: Violation['kind'], evidence: string) => void;

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
  const ids = new Set<string>();
  for (const message of history) {
    if (ids.has(message.id)) report(1, 'duplicated', `${id} shows message ${message.id} twice`);
    ids.add(message.id);
    if (!seen.has(message.seq))
      report(1, 'wrong', `${id} shows message ${message.id} as ${message.seq}, which is none`);
  }
}

/** Promise 1: what was acknowledged is stored, once, as it was sent. */
function checkAcks(
  client: ClientEvidence,
  byId: ReadonlyMap<string, ConversationEvidence>,
  report: Report,
): void {
  const sent = new Map(client.sends.map((send) => [send.clientMessageId, send]));
  const acked = new Map<string, string>();
  for (const ack of client.acks) {
    const what = `${client.name}'s ${ack.clientMessageId}`;
    const stored = byId
      .get(ack.conversationId)
      ?.history.filter(
        (message) =>
          message.senderId === client.userId && message.clientMessageId === ack.clientMessageId,
      );
    if (stored?.length === 0) report(1, 'lost', `${what} was acknowledged and is not stored`);
    const [message] = stored ?? [];
    const send = sent.get(ack.clientMessageId);
    if (message !== undefined && (message.id !== ack.messageId || message.seq !== ack.seq))
      report(
        4,
        'wrong',
        `${what} was acknowledged as ${ack.messageId} (${ack.seq}) and is stored as ${message.id} (${message.seq})`,
      );
    if (send === undefined) report(1, 'wrong', `${what} was acknowledged and never sent`);
    else if (send.content !== ack.content || (message && message.content !== send.content))
      report(1, 'wrong', `${what} was sent with other content than acknowledged or stored`);
    const before = acked.get(ack.clientMessageId);
    if (before !== undefined && before !== ack.messageId)
      report(4, 'duplicated', `${what} was acknowledged as ${before} and as ${ack.messageId}`);
    acked.set(ack.clientMessageId, ack.messageId);
  }
}

/** Promises 4 and 6: whatever became of a send, it is stored once at most, however often it was repeated. */
function checkSends(
  client: ClientEvidence,
  byId: ReadonlyMap<string, ConversationEvidence>,
  report: Report,
): void {
  const counts = new Map<string, number>();
  for (const id of client.conversationIds) {
    for (const { senderId, clientMessageId } of byId.get(id)?.history ?? []) {
      if (senderId !== client.userId || clientMessageId === undefined) continue;
      counts.set(clientMessageId, (counts.get(clientMessageId) ?? 0) + 1);
    }
  }
  const acked = new Set(client.acks.map(({ clientMessageId }) => clientMessageId));
  for (const { clientMessageId } of client.sends) {
    const count = counts.get(clientMessageId) ?? 0;
    if (count > 1)
      report(6, 'duplicated', `${client.name}'s ${clientMessageId} is stored ${count} times`);
    if (!acked.has(clientMessageId))
      report(6, 'lost', `${client.name}'s ${clientMessageId} got no answer though it was repeated`);
  }
}

/** Promises 2 and 3 on each socket: rising, without holes, and after a cursor nothing is left out. */
function checkSockets(client: ClientEvidence, report: Report): void {
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
function checkDelivery(
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

const identity = ({ type, messageId, userId }: Received): string =>
  `${type} ${messageId} ${userId}`;

/** A number is one change, whoever hears of it and however often. */
function checkIdentity(clients: readonly ClientEvidence[], report: Report): void {
  const known = new Map<string, string>();
  for (const client of clients) {
    for (const received of client.received) {
      const key = `${received.conversationId} ${received.seq}`;
      const before = known.get(key);
      if (before !== undefined && before !== identity(received))
        report(2, 'wrong', `${client.name}: ${key} is ${identity(received)} and was ${before}`);
      known.set(key, identity(received));
    }
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
    const expected = history.filter(isUnread).length;
    if (count !== expected)
      report(5, 'wrong', `${id}: ${reader} has ${count} unread, and by the receipts ${expected}`);
    for (const message of history) {
      if (message.senderId !== reader && (message.readAt === null) !== isUnread(message))
        report(5, 'wrong', `${id}: message ${message.id} is marked ${message.readAt ?? 'unread'}`);
    }
  }
}

/** Promise 6: nothing but what the fault excuses is refused, and no socket ends in another way. */
function checkAnswers(client: ClientEvidence, evidence: Evidence, report: Report): void {
  for (const { code, request } of client.errors) {
    if (!evidence.allowedErrors.includes(code))
      report(6, 'wrong', `${client.name}: ${request} was refused with ${code}`);
  }
  for (const code of client.closes) {
    if (evidence.allowedCloses !== undefined && !evidence.allowedCloses.includes(code))
      report(6, 'wrong', `${client.name}: a socket was closed with ${code}`);
  }
}

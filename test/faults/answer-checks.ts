import type { ClientEvidence, ConversationEvidence, Evidence, Refused } from './evidence.ts';
import { MAX_REACTIONS, mostReactions } from './message-checks.ts';
import { statesOf } from './timeline.ts';
import type { Report } from './violation.ts';

/** Promise 1: what was acknowledged is stored, once, as it was sent. */
export function checkAcks(
  client: ClientEvidence,
  byId: ReadonlyMap<string, ConversationEvidence>,
  report: Report,
): void {
  const sent = new Map(client.sends.map((send) => [send.clientMessageId, send]));
  const acked = new Map<string, string>();
  for (const ack of client.acks) {
    const what = `${client.name}'s ${ack.clientMessageId}`;
    const conversation = byId.get(ack.conversationId);
    const stored = conversation?.history.filter(
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
    else if (conversation !== undefined && message !== undefined) {
      const states = statesOf(conversation, message);
      if (states[0]?.content !== send.content)
        report(1, 'wrong', `${what} was stored with other content than sent`);
      // A retry is answered with the message as it is by then.
      if (!states.some(({ content = '' }) => content === ack.content))
        report(4, 'wrong', `${what} was acknowledged as "${ack.content}", which it never said`);
    }
    const before = acked.get(ack.clientMessageId);
    if (before !== undefined && before !== ack.messageId)
      report(4, 'duplicated', `${what} was acknowledged as ${before} and as ${ack.messageId}`);
    acked.set(ack.clientMessageId, ack.messageId);
  }
}

/** Promises 4 and 6: whatever became of a send, it is stored once at most, however often it was repeated. */
export function checkSends(
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

/** Promise 6: nothing but what the fault excuses is refused, and no socket ends in another way. */
export function checkAnswers(client: ClientEvidence, evidence: Evidence, report: Report): void {
  for (const refused of client.errors) {
    if (!evidence.allowedErrors.includes(refused.code) && !isConflict(refused, client, evidence))
      report(6, 'wrong', `${client.name}: ${refused.request} was refused with ${refused.code}`);
  }
  for (const wish of client.openWishes)
    report(6, 'lost', `${client.name} saw no result of ${JSON.stringify(wish)}`);
  for (const code of client.closes) {
    if (evidence.allowedCloses !== undefined && !evidence.allowedCloses.includes(code))
      report(6, 'wrong', `${client.name}: a socket was closed with ${code}`);
  }
}

/** What was asked of a message that was deleted meanwhile, or had enough reactions. */
function isConflict(
  { code, request, messageId }: Refused,
  { userId }: ClientEvidence,
  { conversations }: Evidence,
): boolean {
  if (code !== 'conflict' || messageId === undefined) return false;
  const isDeleted = conversations.some(({ history }) =>
    history.some(({ id, deletedAt }) => id === messageId && deletedAt !== undefined),
  );
  if (request === 'edit_message') return isDeleted;
  if (request !== 'add_reaction') return false;
  const most = conversations.map(({ changes }) => mostReactions(changes, messageId, userId));
  return isDeleted || Math.max(...most) >= MAX_REACTIONS;
}

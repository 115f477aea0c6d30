import type {
  Asked,
  ClientEvidence,
  ConversationEvidence,
  HistoryEntry,
  LoggedChange,
  Shown,
  Version,
} from './evidence.ts';
import { toShown } from './evidence.ts';
import { fold } from './fold.ts';
import { type State, statesOf, textChanges } from './timeline.ts';
import type { Report } from './violation.ts';

/** Of one user on one message. */
export const MAX_REACTIONS = 5;

/** Promise 7: what the log says of edits, deletions and reactions adds up to what the history shows. */
export function checkMessages(conversation: ConversationEvidence, report: Report): void {
  const { id, history, changes, versions, lastMessage } = conversation;
  const known = new Set(history.map((message) => message.id));
  for (const { seq, messageId } of [...changes, ...versions])
    if (!known.has(messageId)) report(7, 'wrong', `${id}: ${seq} is of no message: ${messageId}`);
  for (const message of history) {
    const what = `${id}, message ${message.id}`;
    checkVersions(conversation, message, what, report);
    checkReactions(conversation, message, what, report);
  }
  const newest = history.toSorted((a, b) => b.seq - a.seq)[0];
  for (const [party, message] of Object.entries(lastMessage)) {
    if (message?.id !== newest?.id || (message && newest && !isSame(message, newest)))
      report(7, 'wrong', `${id}: the ${party}'s last message is ${JSON.stringify(message)}`);
  }
}

const isSame = (one: HistoryEntry, other: HistoryEntry): boolean =>
  keyOf(toShown(one)) === keyOf(toShown(other));

/** Of reactions the order is no matter. */
const keyOf = (shown: Shown): string =>
  JSON.stringify({ ...shown, reactions: shown.reactions.toSorted() });

/** Every edit and the deletion has kept, once, what was there before. */
function checkVersions(
  { changes, versions }: ConversationEvidence,
  message: HistoryEntry,
  what: string,
  report: Report,
): void {
  const logged = textChanges(changes, message.id);
  const kept = new Map<number, Version>();
  for (const version of versions) {
    if (version.messageId !== message.id) continue;
    if (kept.has(version.seq)) report(7, 'duplicated', `${what}: two versions of ${version.seq}`);
    kept.set(version.seq, version);
  }
  for (const [i, { seq, type }] of logged.entries()) {
    const version = kept.get(seq);
    kept.delete(seq);
    if (version === undefined) report(7, 'lost', `${what}: what ${seq} replaced was not kept`);
    else if (version.reason !== (type === 'message_edited' ? 'edit' : 'delete'))
      report(7, 'wrong', `${what}: ${seq} is ${type}, and its version says ${version.reason}`);
    if (type === 'message_deleted' && i < logged.length - 1)
      report(7, 'wrong', `${what}: was changed after it was deleted (${seq})`);
  }
  for (const { seq } of kept.values())
    report(7, 'duplicated', `${what}: a version of ${seq}, which is no change of it`);
  const isDeleted = logged.at(-1)?.type === 'message_deleted';
  const shown = toShown(message);
  if (isDeleted !== shown.isDeleted || (isDeleted && (message.content || shown.reactions.length)))
    report(7, 'wrong', `${what}: the history shows ${JSON.stringify(shown)}`);
  if (!isDeleted && shown.isEdited !== logged.length > 0)
    report(7, 'wrong', `${what}: edited ${logged.length} times, editedAt ${message.editedAt}`);
}

/** Each reaction was added and removed in turns, there were never too many, and the history has what is left. */
function checkReactions(
  { changes }: ConversationEvidence,
  message: HistoryEntry,
  what: string,
  report: Report,
): void {
  const present = new Set<string>();
  for (const { seq, type, messageId, userId, emoji } of changes.toSorted((a, b) => a.seq - b.seq)) {
    if (messageId !== message.id) continue;
    const one = `${emoji} ${userId}`;
    if (type === 'reaction_added') {
      if (present.has(one)) report(7, 'duplicated', `${what}: ${one} was added again (${seq})`);
      present.add(one);
    } else if (type === 'reaction_removed' && !present.delete(one)) {
      report(7, 'wrong', `${what}: ${one} was removed and was not there (${seq})`);
    } else if (type === 'message_deleted') present.clear();
  }
  for (const userId of new Set(changes.map((change) => change.userId))) {
    const most = mostReactions(changes, message.id, userId);
    if (most > MAX_REACTIONS) report(7, 'wrong', `${what}: ${userId} had ${most} reactions`);
  }
  const { reactions } = toShown(message);
  if (reactions.toSorted().join() !== [...present].toSorted().join())
    report(
      7,
      'wrong',
      `${what}: shows the reactions ${reactions.join()}, not ${[...present].join()}`,
    );
}

/** How many reactions of this user this message has ever had at once. */
export function mostReactions(
  changes: readonly LoggedChange[],
  messageId: string,
  userId: string,
): number {
  let count = 0;
  let most = 0;
  for (const change of changes.toSorted((a, b) => a.seq - b.seq)) {
    if (change.messageId !== messageId || change.userId !== userId) continue;
    if (change.type === 'reaction_added') count += 1;
    else if (change.type === 'reaction_removed') count -= 1;
    most = Math.max(most, count);
  }
  return most;
}

/** Promise 7: what a client was told adds up to the history, and no frame shows what is older than its number. */
export function checkShown(
  client: ClientEvidence,
  conversation: ConversationEvidence,
  report: Report,
): void {
  const folded = fold(client.received, conversation.id);
  for (const message of conversation.history) {
    const what = `${client.name}, ${conversation.id}, message ${message.id}`;
    const shown = folded.get(message.id);
    if (shown !== undefined && keyOf(shown) !== keyOf(toShown(message)))
      report(7, 'wrong', `${what} ends as ${keyOf(shown)}, not ${keyOf(toShown(message))}`);
    const states = statesOf(conversation, message);
    for (const { seq, messageId, shown: at } of client.received) {
      if (messageId !== message.id || at === undefined) continue;
      const state = states.findLast(
        ({ content }) => content === (at.isDeleted ? undefined : at.content),
      );
      if (state === undefined) report(7, 'wrong', `${what}: ${seq} shows what it never said`);
      else if (state.seq < seq) report(7, 'wrong', `${what}: ${seq} shows it as of ${state.seq}`);
    }
  }
}

/** Promise 7: what a sender wanted of its messages is so, once, in the order it was asked for. */
export function checkWishes(
  client: ClientEvidence,
  conversation: ConversationEvidence,
  report: Report,
): void {
  for (const message of conversation.history) {
    const what = `${client.name}, ${conversation.id}, message ${message.id}`;
    const wishes = client.wishes.filter(({ wish }) => wish.messageId === message.id);
    if (!client.sends.some(({ clientMessageId }) => clientMessageId === message.clientMessageId))
      continue;
    checkEdits(wishes, statesOf(conversation, message), what, report);
    const wanted = wishes.some(({ wish }) => wish.type === 'delete_message');
    if (wanted !== (message.deletedAt !== undefined))
      report(7, wanted ? 'lost' : 'wrong', `${what}: deletedAt is ${message.deletedAt}`);
  }
}

function checkEdits(
  wishes: readonly Asked[],
  states: readonly State[],
  what: string,
  report: Report,
): void {
  const asks = wishes.flatMap(({ wish, times }) =>
    wish.type === 'edit_message' ? [{ content: wish.content, times }] : [],
  );
  const edits = states.slice(1).flatMap(({ content }) => content ?? []);
  const isDeleted = states.at(-1)?.content === undefined;
  for (const content of new Set(edits)) {
    const times = asks.find((ask) => ask.content === content)?.times ?? 0;
    if (times === 0) report(7, 'wrong', `${what}: "${content}" was never asked for`);
    else if (edits.filter((each) => each === content).length > times)
      report(7, 'duplicated', `${what}: "${content}" was applied too often`);
  }
  for (const [i, { content }] of asks.entries()) {
    // The last one may have come after the deletion.
    const mayLack = isDeleted && i === asks.length - 1;
    if (!mayLack && !edits.includes(content)) report(7, 'lost', `${what}: lacks "${content}"`);
  }
  // One that was repeated may have been under way for long.
  const once = asks.flatMap(({ content, times }) => (times === 1 ? [content] : []));
  const places = edits.map((content) => once.indexOf(content)).filter((place) => place >= 0);
  if (places.some((place, i) => i > 0 && place < places[i - 1]!))
    report(7, 'out of order', `${what}: edits as ${edits.join(', ')}`);
}

/** Promise 8: nothing that was sent after a deletion was known to be committed has what the message said. */
export function checkDeleted(
  clients: readonly ClientEvidence[],
  conversation: ConversationEvidence,
  report: Report,
): void {
  for (const message of conversation.history) {
    if (message.deletedAt === undefined) continue;
    const knownAt = Math.min(
      ...clients.flatMap(({ received }) =>
        received.flatMap(({ messageId, shown, at }) =>
          messageId === message.id && shown?.isDeleted === true ? at : [],
        ),
      ),
    );
    for (const { name, socketsOpenedAt, received, acks } of clients) {
      const texts = [
        ...received.map(({ socket, messageId, shown }) => ({ socket, messageId, ...shown })),
        ...acks,
      ];
      for (const { socket, messageId, content = '' } of texts)
        if (messageId === message.id && content !== '' && socketsOpenedAt[socket - 1]! > knownAt)
          report(8, 'wrong', `${name}, socket ${socket}: "${content}" of the deleted ${messageId}`);
    }
  }
}

import { describe, expect, test } from 'vitest';
import { check } from './checker.ts';
import type { Asked, Received } from './evidence.ts';
import {
  type Broken,
  type SoundEvidence,
  type Step,
  T,
  message,
  shows,
  soundEvidence,
} from './sound-evidence.ts';
import type { Violation } from './violation.ts';

const said = (seq: number, userId: string): Step => ({
  type: 'new_message',
  messageId: `m${seq}`,
  userId,
  shown: shows(`content ${seq}`),
});

const edited = (messageId: string, content: string): Step => ({
  type: 'message_edited',
  messageId,
  userId: 'b',
  shown: shows(content, { isEdited: true }),
});

const reacted = (type: 'reaction_added' | 'reaction_removed', emoji: string): Step => ({
  type,
  messageId: 'm2',
  userId: 's',
  emoji,
});

const x = { conversationId: 'x' };

/**
 * The buyer writes 1 and 2; the seller reads 1 with 3 and writes 4. The buyer edits 2 and 1, twice each; the seller reacts
 * to 2 with two emojis and takes one back; the buyer deletes 1.
 */
const sound = (): SoundEvidence =>
  soundEvidence({
    steps: [
      said(1, 'b'),
      said(2, 'b'),
      { type: 'read_receipt', messageId: 'm1', userId: 's' },
      said(4, 's'),
      edited('m2', 'second 2'),
      edited('m1', 'second 1'),
      edited('m1', 'third 1'),
      reacted('reaction_added', '👍'),
      reacted('reaction_added', '👀'),
      reacted('reaction_removed', '👀'),
      {
        ...edited('m2', 'third 2'),
        shown: shows('third 2', { isEdited: true, reactions: ['👍 s'] }),
      },
      {
        type: 'message_deleted',
        messageId: 'm1',
        userId: 'b',
        shown: shows('', { isDeleted: true }),
      },
    ],
    history: [
      message(4, 's', null),
      message(2, 'b', null, {
        content: 'third 2',
        editedAt: 'then',
        reactions: [{ emoji: '👍', userIds: ['s'] }],
      }),
      message(1, 'b', 'then', { content: '', deletedAt: 'then' }),
    ],
    unread: { buyer: 1, seller: 1 },
    versions: [
      { seq: 5, messageId: 'm2', content: 'content 2', reason: 'edit' },
      { seq: 6, messageId: 'm1', content: 'content 1', reason: 'edit' },
      { seq: 7, messageId: 'm1', content: 'second 1', reason: 'edit' },
      { seq: 11, messageId: 'm2', content: 'second 2', reason: 'edit' },
      { seq: 12, messageId: 'm1', content: 'third 1', reason: 'delete' },
    ],
    wishes: [
      { type: 'edit_message', ...x, messageId: 'm2', content: 'second 2' },
      { type: 'edit_message', ...x, messageId: 'm1', content: 'second 1' },
      { type: 'edit_message', ...x, messageId: 'm1', content: 'third 1' },
      { type: 'edit_message', ...x, messageId: 'm2', content: 'third 2' },
      { type: 'delete_message', ...x, messageId: 'm1' },
    ],
  });

const edit = (messageId: string, content: string): Broken<Asked> => ({
  wish: { type: 'edit_message', ...x, messageId, content },
  times: 1,
});

type Break = (evidence: SoundEvidence) => void;
const found = (breakIt: Break): Violation[] => {
  const evidence = sound();
  breakIt(evidence);
  return [...check(evidence).violations];
};

/** One more change, which everybody hears of. */
function also({ conversations: [conversation], clients }: SoundEvidence, step: Step): void {
  conversation.seq += 1;
  const { shown, ...change } = structuredClone(step) as Broken<Step>;
  const logged = { ...change, seq: conversation.seq, at: T + conversation.seq * 1_000 };
  conversation.changes.push(logged);
  for (const { received } of clients)
    received.push({ ...logged, ...x, socket: 1, ...(shown === undefined ? {} : { shown }) });
}

/** What this socket, opened after everything else, gets of a change again. */
function again(
  { clients: [buyer] }: SoundEvidence,
  seq: number,
  shown?: Broken<Received>['shown'],
): void {
  buyer.socketsOpenedAt[1] = T + 13_000;
  const first = buyer.received[seq - 1]!;
  buyer.received.push({ ...first, socket: 2, ...(shown === undefined ? {} : { shown }) });
}

test('finds nothing where nothing is wrong, and counts', () => {
  expect(check(sound())).toEqual({
    violations: [],
    sends: 3,
    acks: 3,
    changes: 8,
    delivered: 24,
    longestSilenceMs: 10,
  });
});

describe('finds', () => {
  test.each<[string, Violation['promise'], Violation['kind'], Break, RegExp?]>([
    [
      'a change that is one thing in the log and another to a client',
      2,
      'wrong',
      ({ clients: [buyer] }) => (buyer.received[7]!.emoji = '👀'),
    ],
    [
      'an acknowledgement of what a message never said',
      4,
      'wrong',
      ({ clients: [buyer] }) => (buyer.acks[1]!.content = 'other'),
    ],
    [
      'a first content that is not what was sent',
      1,
      'wrong',
      ({ conversations: [one] }) => (one.versions[1]!.content = 'other'),
    ],
    [
      'an unread count that has a deleted message',
      5,
      'wrong',
      ({ conversations: [one] }) => {
        one.history[1]!.deletedAt = 'then';
      },
    ],
    [
      'a message marked read after it was deleted, that nobody has read',
      5,
      'wrong',
      ({ conversations: [one] }) => Object.assign(one.history[1]!, { deletedAt: 'x', readAt: 'x' }),
    ],
    [
      'an edit that was refused though its message is there',
      6,
      'wrong',
      ({ clients: [buyer] }) =>
        void buyer.errors.push({ code: 'conflict', request: 'edit_message', messageId: 'm2' }),
    ],
    [
      'a reaction that was refused though there were not too many',
      6,
      'wrong',
      ({ clients: [, seller] }) =>
        void seller.errors.push({ code: 'conflict', request: 'add_reaction', messageId: 'm2' }),
    ],
    [
      'a deletion that was refused',
      6,
      'wrong',
      ({ clients: [buyer] }) =>
        void buyer.errors.push({ code: 'conflict', request: 'delete_message', messageId: 'm1' }),
    ],
    [
      'something asked for of which no result was seen',
      6,
      'lost',
      ({ clients: [buyer] }) => void buyer.openWishes.push(buyer.wishes[0]!.wish),
    ],
    [
      'a version that was not kept',
      7,
      'lost',
      ({ conversations: [one] }) => void one.versions.splice(2, 1),
      /7 replaced was not kept/,
    ],
    [
      'a version that was kept twice',
      7,
      'duplicated',
      ({ conversations: [one] }) => void one.versions.push(one.versions[2]!),
    ],
    [
      'a version of what was no change of that message',
      7,
      'duplicated',
      ({ conversations: [one] }) => void one.versions.push({ ...one.versions[2]!, seq: 4 }),
    ],
    [
      'a version of a message that is not there',
      7,
      'wrong',
      ({ conversations: [one] }) => (one.versions[2]!.messageId = 'm9'),
      /of no message/,
    ],
    [
      'a version with the wrong reason',
      7,
      'wrong',
      ({ conversations: [one] }) => (one.versions[4]!.reason = 'edit'),
    ],
    [
      'an edit that nobody asked for',
      7,
      'wrong',
      ({ clients: [buyer] }) => void buyer.wishes.splice(0, 1),
    ],
    [
      'an edit that is lost',
      7,
      'lost',
      ({ clients: [buyer] }) => void buyer.wishes.push(edit('m2', 'more')),
    ],
    [
      'an edit of a deleted message that is lost, and was not the last',
      7,
      'lost',
      ({ clients: [buyer] }) => void buyer.wishes.splice(2, 0, edit('m1', 'more')),
    ],
    [
      'an edit that was applied twice',
      7,
      'duplicated',
      (evidence) => {
        also(evidence, edited('m2', 'second 2'));
        const [one] = evidence.conversations;
        one.versions.push({ seq: 13, messageId: 'm2', content: 'third 2', reason: 'edit' });
        one.history[1]!.content = 'second 2';
      },
    ],
    [
      'edits in another order than they were asked for',
      7,
      'out of order',
      ({ clients: [buyer] }) => void buyer.wishes.unshift(buyer.wishes.splice(3, 1)[0]!),
    ],
    [
      'an earlier edit that stands',
      7,
      'wrong',
      ({ conversations: [one] }) => (one.history[1]!.content = 'second 2'),
    ],
    [
      'an edited message that does not say so',
      7,
      'wrong',
      ({ conversations: [one] }) => delete one.history[1]!.editedAt,
      /edited 2 times/,
    ],
    [
      'a message that says it was edited and was not',
      7,
      'wrong',
      ({ conversations: [one] }) => (one.history[0]!.editedAt = 'then'),
      /edited 0 times/,
    ],
    [
      'a deleted message with text',
      7,
      'wrong',
      ({ conversations: [one] }) => (one.history[2]!.content = 'third 1'),
      /the history shows/,
    ],
    [
      'a deleted message with reactions',
      7,
      'wrong',
      ({ conversations: [one] }) => (one.history[2]!.reactions = [{ emoji: '👍', userIds: ['s'] }]),
      /the history shows/,
    ],
    [
      'a deletion that is undone',
      7,
      'wrong',
      ({ conversations: [one] }) => delete one.history[2]!.deletedAt,
      /the history shows/,
    ],
    [
      'a deletion that is lost',
      7,
      'lost',
      ({ clients: [buyer] }) =>
        void buyer.wishes.push({
          wish: { type: 'delete_message', ...x, messageId: 'm2' },
          times: 1,
        }),
    ],
    [
      'a deletion that nobody asked for',
      7,
      'wrong',
      ({ clients: [buyer] }) => void buyer.wishes.pop(),
    ],
    [
      'an edit of what was deleted',
      7,
      'wrong',
      (evidence) => also(evidence, edited('m1', 'fourth 1')),
    ],
    [
      'a deletion of what was deleted',
      7,
      'wrong',
      (evidence) => also(evidence, { type: 'message_deleted', messageId: 'm1', userId: 'b' }),
    ],
    [
      'a reaction to what was deleted',
      7,
      'wrong',
      (evidence) => also(evidence, { ...reacted('reaction_added', '👍'), messageId: 'm1' }),
    ],
    [
      'a reaction that was added twice',
      7,
      'duplicated',
      (evidence) => also(evidence, reacted('reaction_added', '👍')),
    ],
    [
      'a reaction that was removed and was not there',
      7,
      'wrong',
      (evidence) => also(evidence, reacted('reaction_removed', '👀')),
    ],
    [
      'a sixth reaction',
      7,
      'wrong',
      (evidence) => {
        for (const emoji of ['1️⃣', '2️⃣', '3️⃣', '4️⃣', '5️⃣'])
          also(evidence, reacted('reaction_added', emoji));
      },
      /had 6 reactions/,
    ],
    [
      'a reaction that the history lacks',
      7,
      'wrong',
      ({ conversations: [one] }) => delete one.history[1]!.reactions,
    ],
    [
      'a reaction that the history has of somebody else',
      7,
      'wrong',
      ({ conversations: [one] }) => (one.history[1]!.reactions![0]!.userIds = ['b']),
    ],
    [
      'a list whose last message is another one',
      7,
      'wrong',
      ({ conversations: [one] }) => (one.lastMessage.seller = one.history[1]!),
    ],
    [
      'a list whose last message is as it was before',
      7,
      'wrong',
      ({ conversations: [one] }) => (one.lastMessage.buyer!.content = 'before'),
    ],
    [
      'a list without a last message',
      7,
      'wrong',
      ({ conversations: [one] }) => (one.lastMessage.buyer = null),
    ],
    [
      'a frame with what the message never said',
      7,
      'wrong',
      ({ clients: [buyer] }) => (buyer.received[4]!.shown!.content = 'other'),
    ],
    [
      'a frame with what the message said before its number',
      7,
      'wrong',
      ({ clients: [buyer] }) => (buyer.received[4]!.shown!.content = 'content 2'),
    ],
    [
      'a client that ends with other text than the history',
      7,
      'wrong',
      ({ clients: [, seller] }) => (seller.received[10]!.shown!.content = 'second 2'),
    ],
    [
      'a client that ends with a message that is no more',
      7,
      'wrong',
      ({ clients: [, seller] }) => (seller.received[11]!.shown = shows('third 1') as never),
    ],
    [
      'a client that ends without editedAt',
      7,
      'wrong',
      ({ clients: [buyer] }) => (buyer.received[10]!.shown!.isEdited = false),
    ],
    [
      'a client that ends with other reactions',
      7,
      'wrong',
      ({ clients: [buyer] }) => (buyer.received[10]!.shown!.reactions = []),
    ],
    ['a replay of what was deleted', 8, 'wrong', (evidence) => again(evidence, 1)],
    ['a replay of an edit of what was deleted', 8, 'wrong', (evidence) => again(evidence, 7)],
    [
      'a retry that is answered with what was deleted',
      8,
      'wrong',
      (evidence) => {
        again(evidence, 12);
        const [{ acks }] = evidence.clients;
        acks.push({ ...acks[0]!, socket: 2 });
      },
    ],
  ])('%s', (_, promise, kind, breakIt, evidence = /./) => {
    expect(found(breakIt)).toContainEqual({
      promise,
      kind,
      evidence: expect.stringMatching(evidence),
    });
  });
});

test('excuses what may be', () => {
  const violations = found((evidence) => {
    const [buyer, seller] = evidence.clients;
    evidence.allowedCloses = undefined;
    // The last edit and a reaction came after the deletion.
    buyer.wishes.push(edit('m1', 'fourth 1'));
    buyer.errors.push({ code: 'conflict', request: 'edit_message', messageId: 'm1' });
    seller.errors.push({ code: 'conflict', request: 'add_reaction', messageId: 'm1' });
    // A replay shows what there is by then, and a retry is answered with it.
    again(evidence, 1, shows('', { isDeleted: true }) as never);
    again(evidence, 2, shows('third 2', { isEdited: true, reactions: ['👍 s'] }) as never);
    buyer.acks.push({ ...buyer.acks[0]!, socket: 2, content: '' });
    buyer.acks.push({ ...buyer.acks[1]!, socket: 2, content: 'third 2' });
    // So does a hole that was filled, on the first socket.
    seller.received[4]!.shown = shows('third 2', { isEdited: true, reactions: ['👍 s'] }) as never;
    // What comes late was sent before.
    seller.received[0]!.at = T + 1_900;
  });
  expect(violations).toEqual([]);
});

test('an edit that was asked for twice may be applied twice, a late one after another', () => {
  const violations = found((evidence) => {
    const [one] = evidence.conversations;
    evidence.clients[0].wishes[0]!.times = 2;
    also(evidence, {
      ...edited('m2', 'second 2'),
      shown: shows('second 2', { isEdited: true, reactions: ['👍 s'] }),
    });
    one.versions.push({ seq: 13, messageId: 'm2', content: 'third 2', reason: 'edit' });
    one.history[1]!.content = 'second 2';
  });
  expect(violations).toEqual([]);
});

test('a sixth reaction may be refused', () => {
  const violations = found((evidence) => {
    const emojis = ['1️⃣', '2️⃣', '3️⃣', '4️⃣'];
    for (const emoji of emojis) also(evidence, reacted('reaction_added', emoji));
    const { reactions } = evidence.conversations[0].history[1]!;
    reactions!.push(...emojis.map((emoji) => ({ emoji, userIds: ['s'] })));
    evidence.clients[1].errors.push({ code: 'conflict', request: 'add_reaction', messageId: 'm2' });
  });
  expect(violations).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { check } from './checker.ts';
import type { Received } from './evidence.ts';
import { type Broken, type Step, T, message, shows, soundEvidence } from './sound-evidence.ts';
import type { Violation } from './violation.ts';

const said = (seq: number, userId: string): Step => ({
  type: 'new_message',
  messageId: `m${seq}`,
  userId,
  shown: shows(`content ${seq}`),
});

/** The buyer writes 1 and 2, the seller reads up to 1 with change 3 and writes 4. Nothing is wrong with it. */
const sound = () =>
  soundEvidence({
    steps: [
      said(1, 'b'),
      said(2, 'b'),
      { type: 'read_receipt', messageId: 'm1', userId: 's' },
      said(4, 's'),
    ],
    history: [message(4, 's', null), message(2, 'b', null), message(1, 'b', 'then')],
    unread: { buyer: 1, seller: 1 },
  });

const received = (seq: number, socket = 1): Broken<Received> => ({
  ...sound().clients[0].received[seq - 1]!,
  socket,
});

type Break = (evidence: ReturnType<typeof sound>) => void;
const found = (breakIt: Break): Violation[] => {
  const evidence = sound();
  breakIt(evidence);
  return [...check(evidence).violations];
};

test('finds nothing where nothing is wrong, and counts', () => {
  expect(check(sound())).toEqual({
    violations: [],
    sends: 3,
    acks: 3,
    changes: 0,
    delivered: 8,
    longestSilenceMs: 10,
  });
});

describe('finds', () => {
  test.each<[string, Violation['promise'], Violation['kind'], Break]>([
    [
      'an acknowledged message that is not stored',
      1,
      'lost',
      ({ conversations: [x] }) => void x.history.splice(1, 1),
    ],
    [
      'an acknowledged message that is stored twice',
      6,
      'duplicated',
      ({ conversations: [x] }) => {
        x.history.push({ ...x.history[1]!, id: 'm9', seq: 3 });
      },
    ],
    [
      'one message shown twice',
      1,
      'duplicated',
      ({ conversations: [x] }) => void x.history.push(x.history[0]!),
    ],
    ['a hole in the log', 1, 'lost', ({ conversations: [x] }) => void x.changes.splice(2, 1)],
    [
      'a number given out twice',
      1,
      'duplicated',
      ({ conversations: [x] }) => void x.changes.push(x.changes[1]!),
    ],
    [
      'more changes than are counted',
      1,
      'wrong',
      ({ conversations: [x] }) => void x.changes.push({ ...x.changes[2]!, seq: 5 }),
    ],
    [
      'other content than was sent',
      1,
      'wrong',
      ({ conversations: [x] }) => (x.history[1]!.content = 'other'),
    ],
    [
      'an acknowledgement of what was never sent',
      1,
      'wrong',
      ({ clients: [buyer] }) => void buyer.sends.pop(),
    ],
    [
      'an acknowledgement with another id than stored',
      4,
      'wrong',
      ({ clients: [buyer] }) => (buyer.acks[0]!.messageId = 'm7'),
    ],
    [
      'two different acknowledgements of one send',
      4,
      'duplicated',
      ({ clients: [buyer] }) => void buyer.acks.push({ ...buyer.acks[0]!, messageId: 'm2' }),
    ],
    ['a send without an answer', 6, 'lost', ({ clients: [buyer] }) => void buyer.acks.pop()],
    ['a change that never came', 2, 'lost', ({ clients: [buyer] }) => void buyer.received.pop()],
    [
      'a hole on a socket, of what the one before had',
      2,
      'lost',
      ({ clients: [buyer] }) => void buyer.received.push(received(1, 2), received(3, 2)),
    ],
    [
      'a change twice on a socket',
      3,
      'duplicated',
      ({ clients: [buyer] }) => void buyer.received.splice(1, 0, received(1)),
    ],
    [
      'a change twice on a socket, later',
      2,
      'out of order',
      ({ clients: [buyer] }) => void buyer.received.push(received(2)),
    ],
    [
      'two changes the wrong way round',
      2,
      'out of order',
      ({ clients: [buyer] }) => (buyer.received = buyer.received.toReversed()),
    ],
    [
      'a resumed socket that begins too late',
      3,
      'lost',
      ({ clients: [buyer] }) => {
        buyer.received = [received(1), received(3, 2), received(4, 2)];
      },
    ],
    ['an incomplete replay', 3, 'lost', ({ clients: [buyer] }) => (buyer.incomplete = 1)],
    [
      'a change that came too late',
      2,
      'late',
      ({ clients: [buyer] }) => (buyer.received[3]!.at += 1_000),
    ],
    [
      'a change that came too late after a fault',
      2,
      'late',
      (evidence) => {
        evidence.faultEndedAt = T + 10_000;
        evidence.clients[0].received[3]!.at = T + 25_001;
      },
    ],
    [
      'one number for two changes',
      2,
      'wrong',
      ({ clients: [buyer] }) => (buyer.received[3]!.messageId = 'm8'),
    ],
    [
      'a receipt that moves backwards',
      5,
      'out of order',
      (evidence) => {
        const [x] = evidence.conversations;
        x.seq = 5;
        x.changes.push({ ...x.changes[2]!, seq: 5, at: T + 5_000 });
        for (const one of evidence.clients)
          one.received.push({ ...received(3), seq: 5, at: T + 5_010 });
      },
    ],
    ['a wrong unread count', 5, 'wrong', ({ conversations: [x] }) => (x.unread.seller = 2)],
    [
      'a message marked read that nobody has read',
      5,
      'wrong',
      ({ conversations: [x] }) => (x.history[1]!.readAt = 'then'),
    ],
    [
      'an error that the fault does not excuse',
      6,
      'wrong',
      ({ clients: [buyer] }) => void buyer.errors.push({ code: 'unavailable', request: 'x' }),
    ],
    [
      'a socket closed in a way that the fault does not excuse',
      6,
      'wrong',
      ({ clients: [buyer] }) => void buyer.closes.push(1006),
    ],
  ])('%s', (_, promise, kind, breakIt) => {
    expect(found(breakIt)).toContainEqual({ promise, kind, evidence: expect.any(String) });
  });
});

test('excuses what may be', () => {
  const violations = found((evidence) => {
    const [buyer] = evidence.clients;
    evidence.faultEndedAt = T + 10_000;
    evidence.allowedErrors = ['unavailable'];
    evidence.allowedCloses = undefined;
    buyer.errors.push({ code: 'unavailable', request: 'send_message' });
    buyer.closes.push(1006);
    // A replay repeats what the socket before had seen, and comes late, but not too late.
    buyer.received.push(received(3, 2), received(4, 2));
    buyer.received[3]!.at = T + 25_000;
  });
  expect(violations).toEqual([]);
});

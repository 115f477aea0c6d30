import type {
  ClientEvidence,
  ConversationEvidence,
  Evidence,
  HistoryEntry,
  LoggedChange,
  Received,
  Shown,
  Wish,
} from './evidence.ts';

/** When change 0 would have been made; each is a second after the one before, and arrives 10 ms later. */
export const T = 1_800_000_000_000;

/** Mutable, so that a test can break one thing. */
export type Broken<V> = V extends readonly (infer E)[]
  ? Broken<E>[]
  : V extends object
    ? { -readonly [K in keyof V]: Broken<V[K]> }
    : V;

export type SoundEvidence = Broken<Evidence> & {
  conversations: [Broken<ConversationEvidence>];
  clients: [Broken<ClientEvidence>, Broken<ClientEvidence>];
};

/** A change of the conversation, and the message as its frame shows it. */
export type Step = Pick<LoggedChange, 'type' | 'messageId' | 'userId' | 'emoji'> & {
  readonly shown?: Shown;
};

export interface Story {
  /** In order, from number 1. */
  readonly steps: readonly Step[];
  /** Newest first. */
  readonly history: readonly HistoryEntry[];
  readonly unread: ConversationEvidence['unread'];
  readonly versions?: ConversationEvidence['versions'];
  readonly wishes?: readonly Wish[];
}

export const shows = (content: string, other: Partial<Shown> = {}): Shown => ({
  content,
  isEdited: false,
  isDeleted: false,
  reactions: [],
  ...other,
});

/** A message whose clientMessageId says its number as its id does: `m1`, `c1`, and `content 1` unless it was changed. */
export const message = (
  seq: number,
  senderId: string,
  readAt: string | null,
  changed: Partial<HistoryEntry> = {},
): HistoryEntry => ({
  id: `m${seq}`,
  seq,
  senderId,
  content: `content ${seq}`,
  readAt,
  clientMessageId: `c${seq}`,
  ...changed,
});

/** What both saw of a story between the buyer `b` and the seller `s` with which nothing is wrong. */
export function soundEvidence({
  steps,
  history,
  unread,
  versions = [],
  wishes = [],
}: Story): SoundEvidence {
  const changes = steps.map(({ type, messageId, userId, emoji }, i) => ({
    seq: i + 1,
    at: T + (i + 1) * 1_000,
    type,
    messageId,
    userId,
    ...(emoji === undefined ? {} : { emoji }),
  }));
  const received = changes.map((change, i): Received => {
    const shown = steps[i]?.shown;
    return {
      ...change,
      socket: 1,
      at: change.at + 10,
      conversationId: 'x',
      ...(shown === undefined ? {} : { shown }),
    };
  });
  const last = () => structuredClone(history[0] ?? null);
  const client = (name: string, userId: string): ClientEvidence => {
    const own = changes.filter((one) => one.type === 'new_message' && one.userId === userId);
    return {
      name,
      userId,
      conversationIds: ['x'],
      sends: own.map(({ seq }) => ({
        conversationId: 'x',
        clientMessageId: `c${seq}`,
        content: `content ${seq}`,
      })),
      acks: own.map(({ seq }) => ({
        socket: 1,
        conversationId: 'x',
        clientMessageId: `c${seq}`,
        messageId: `m${seq}`,
        content: `content ${seq}`,
        seq,
      })),
      wishes: wishes
        .filter(({ messageId }) => own.some((one) => one.messageId === messageId))
        .map((wish) => ({ wish, times: 1 })),
      openWishes: [],
      received: structuredClone(received),
      socketsOpenedAt: [T],
      errors: [],
      closes: [],
      incomplete: 0,
    };
  };
  // A test that breaks one thing must not break another with it: nothing is there twice.
  const evidence: Evidence = {
    conversations: [
      {
        id: 'x',
        buyerId: 'b',
        sellerId: 's',
        history,
        seq: steps.length,
        unread,
        lastMessage: { buyer: last(), seller: last() },
        changes,
        versions,
      },
    ],
    clients: [client('buyer', 'b'), client('seller', 's')],
    faultEndedAt: undefined,
    allowedErrors: [],
    allowedCloses: [],
  };
  return structuredClone(evidence) as SoundEvidence;
}

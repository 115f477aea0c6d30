import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pass } from './state/testing/start-server.ts';
import { createClient } from './create-client.ts';
import type { ConversationFrame } from './link.ts';
import { type Change, type MessageChange, idOf, isArrival } from './state/changes.ts';
import { type FakeLink, links } from './state/testing/fake-link.ts';
import { FakeServer, ME, OTHER } from './state/testing/fake-server.ts';
import { memoryStorage } from './storage/memory.ts';
import { createRandom } from './testing/create-random.ts';
import type { ClientStorage } from './client-options.ts';
import type { Message, ParleyClient, StoredMessage, ThreadState } from './types.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A user with a bad network, and somebody who writes to him. */
class World {
  readonly server = new FakeServer();
  readonly #values = memoryStorage();
  readonly random: () => number;
  readonly said = new Map<string, string[]>();
  readonly ids: string[] = [];
  client!: ParleyClient;
  link!: FakeLink;
  /** All that ever was to be told, and up to where it has been told without a gap. */
  readonly #log: ConversationFrame[] = [];
  #cursor = 0;
  /** On its way to the client. */
  #wire: ConversationFrame[] = [];
  #said = 0;
  #isNew = true;

  constructor(seed: number) {
    this.random = createRandom(seed);
    vi.spyOn(Math, 'random').mockImplementation(this.random);
    this.server.delayMs = () => (this.maybe(0.5) ? 0 : this.random() * 3_000);
    this.server.onChange = (change) => this.tell(change);
    for (let i = 0; i < 2; i += 1) this.ids.push(this.server.create(i));
  }

  readonly maybe = (chance: number): boolean => this.random() < chance;
  readonly below = (count: number): number => Math.floor(this.random() * count);
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- it is, with noUncheckedIndexedAccess
  readonly pick = <T>(from: readonly T[]): T => from[this.below(from.length)] as T;

  open(): void {
    this.client = createClient({
      url: 'http://parley',
      token: () => '',
      storage: this.#storage(),
      fetch: this.server.fetch,
    });
    this.link = links.at(-1)!;
    this.#isNew = true;
    for (const id of this.ids) this.watch(id);
    this.client.connect();
  }

  /** Of one page: what is reloaded writes nothing more. It may take longer than the server. */
  #storage(): ClientStorage {
    const number = links.length;
    const ifAlive = <T>(work: () => Promise<T>): Promise<T> =>
      links.length === number + 1 ? work() : new Promise(() => undefined);
    return {
      entries: async (prefix) => {
        if (this.maybe(0.5)) await new Promise((resolve) => setTimeout(resolve, this.below(1_000)));
        return ifAlive(() => this.#values.entries(prefix));
      },
      set: (key, value) => ifAlive(() => this.#values.set(key, value)),
      delete: (key) => ifAlive(() => this.#values.delete(key)),
    };
  }

  /** What is shown is right at each moment. */
  watch(id: string): void {
    let seen = new Map<string, number>();
    let before = new Map<string, Message>();
    this.client.thread(id).state.subscribe(({ messages }: ThreadState) => {
      const keys = new Set(messages.map(({ key }) => key));
      check('once', keys.size === messages.length);
      const stored = messages.flatMap((message) => ('seq' in message ? [message] : []));
      const seqs = stored.map(({ seq }) => seq);
      check(
        'in order',
        isEqual(
          seqs,
          seqs.toSorted((a, b) => a - b),
        ),
      );
      check('unsent last', isEqual(messages.slice(0, stored.length), stored));
      // Nobody else's message is missing between two that are shown.
      const [first = 0] = seqs;
      const others = stored.filter(({ senderId }) => senderId === OTHER).map(({ seq }) => seq);
      const all = this.server
        .of(id)
        .messages.filter(({ senderId, seq }) => senderId === OTHER && seq >= first)
        .map(({ seq }) => seq);
      check('without a hole', isEqual(others, all.slice(0, others.length)));
      // What was shown as unsent does not vanish.
      for (const [key, seq] of seen) check('still there', seq > 0 || keys.has(key));
      // Nothing that was shown as sent is shown as unsent again.
      const now = new Map(messages.map((each) => [each.key, 'seq' in each ? each.seq : 0]));
      for (const [key, seq] of seen) check('not unsent again', (now.get(key) ?? seq) >= seq);
      seen = now;
      for (const message of messages)
        checkOne(before.get(message.key), message, () => this.isChanged(id, message));
      before = new Map(messages.map((message) => [message.key, message]));
    });
  }

  /** Whether it ever was another one, apart from being read. */
  isChanged(id: string, message: Message): boolean {
    return (
      isStored(message) &&
      this.server.of(id).changes.some((change) => isChange(change) && idOf(change) === message.id)
    );
  }

  tell(...frames: readonly (ConversationFrame | undefined)[]): void {
    for (const frame of frames) {
      if (!frame) continue;
      this.#log.push(frame);
      if (this.link.isUp) this.#wire.push(frame);
    }
  }

  say(id: string): void {
    this.#said += 1;
    const content = `mine ${this.#said}`;
    this.said.set(id, [...(this.said.get(id) ?? []), content]);
    void this.client.thread(id).send(content);
  }

  /** One that is shown, and that the server has. */
  pickStored(id: string, isOwn: boolean): StoredMessage | undefined {
    const { messages } = this.client.thread(id).state.get();
    const stored = messages.filter(isStored).filter((each) => !isOwn || each.senderId === ME);
    return stored.length > 0
      ? this.pick(stored.slice(-this.pick([1, 5, stored.length])))
      : undefined;
  }

  /** This user changes one that is shown. */
  change(id: string): void {
    const thread = this.client.thread(id);
    const isOwn = this.maybe(0.5);
    const { id: messageId } = this.pickStored(id, isOwn) ?? {};
    if (!messageId) return;
    const emoji = this.pick(['👍', '🚲']);
    const changing = isOwn
      ? this.pick([
          () => thread.edit(messageId, `edited ${this.below(1_000)}`),
          () => thread.edit(messageId, `edited ${this.below(1_000)}`),
          () => thread.delete(messageId),
        ])
      : this.pick([
          () => thread.addReaction(messageId, emoji),
          () => thread.removeReaction(messageId, emoji),
        ]);
    changing().catch(ignore);
  }

  /** Somebody changes one, that need not be shown. */
  changeElsewhere(id: string): void {
    const { server } = this;
    const { messages } = server.of(id);
    if (messages.length === 0) return;
    const { id: messageId } = this.pick(messages.slice(-this.pick([1, 5, messages.length])));
    const who = this.pick([ME, OTHER]);
    const change = this.pick([
      () => server.edit(id, messageId, `edited ${this.below(1_000)}`),
      () => server.delete(id, messageId),
      () => server.react(id, who, messageId, this.pick(['👍', '🚲']), this.maybe(0.6)),
    ]);
    this.tell(change());
  }

  /** The server takes what came. */
  handle(isLost = false): void {
    for (const frame of this.link.take()) {
      if (isLost && this.maybe(0.5)) continue;
      if (frame.type === 'mark_read')
        this.tell(this.server.read(frame.conversationId, ME, frame.messageId));
      if (frame.type !== 'send_message') continue;
      const { conversationId, content, clientMessageId } = frame;
      if (this.maybe(0.15)) {
        this.#answer({
          type: 'error',
          error: '',
          code: this.pick(['rate_limited', 'unavailable']),
          request: 'send_message',
          conversationId,
          clientMessageId,
          retryAfterMs: 1 + this.below(2_000),
          timestamp: '',
        });
        continue;
      }
      const told = this.server.send(conversationId, ME, content, clientMessageId);
      if (told.type !== 'new_message') continue;
      const ack = { ...told, type: 'message_ack', clientMessageId: clientMessageId! } as const;
      if (this.maybe(0.5)) this.#answer(ack);
      this.tell(told);
      if (this.maybe(0.5)) this.#answer(ack);
    }
  }

  deliver(count = this.#wire.length): void {
    for (const frame of this.#wire.splice(0, count)) {
      this.link.events.onFrame(frame);
      if (this.maybe(0.1)) this.link.events.onFrame(frame);
    }
    if (this.#wire.length === 0 && this.link.isUp) this.#cursor = this.#log.length;
  }

  cut(): void {
    this.handle(true);
    this.#wire = [];
    this.link.down();
  }

  /** What was missed comes in any order, with live ones among it and some of it twice. */
  up(mayBeComplete: boolean): void {
    if (this.link.isUp) return;
    const isComplete = mayBeComplete && !this.#isNew;
    this.#isNew = false;
    if (isComplete) {
      const from = Math.max(0, this.#cursor - this.below(4));
      const missed = this.#log.slice(from).map((frame) => this.#replayed(frame));
      while (missed.length > 0)
        for (const frame of missed.splice(this.below(Math.min(missed.length, 5)), 1))
          this.link.events.onFrame(frame);
    }
    this.#cursor = this.#log.length;
    this.link.up(isComplete);
  }

  #replayed(frame: ConversationFrame): ConversationFrame {
    return 'seq' in frame ? this.server.replayed(frame) : frame;
  }

  #answer(frame: ConversationFrame): void {
    if (this.link.isUp) this.#wire.push(frame);
  }
}

async function step(world: World): Promise<void> {
  const { server, client, link, ids } = world;
  const id = world.pick(ids);
  const choice = world.below(18);
  if (choice <= 2) world.tell(server.send(id, OTHER, `theirs ${Math.random()}`));
  else if (choice === 3) world.say(id);
  else if (choice === 4) world.handle();
  else if (choice <= 6) world.deliver(world.below(6));
  else if (choice === 7 && link.isUp) world.cut();
  else if (choice === 8) world.up(world.maybe(0.7));
  else if (choice === 9) client.thread(id).load().catch(ignore);
  else if (choice === 10) client.thread(id).loadOlder().catch(ignore);
  else if (choice === 11) client.thread(id).markRead();
  else if (choice === 12 || choice === 13) world.change(id);
  else if (choice <= 15) world.changeElsewhere(id);
  else if (choice === 16) {
    const mine = server.of(id).messages.filter(({ senderId }) => senderId === ME);
    if (mine.length > 0) world.tell(server.read(id, OTHER, world.pick(mine).id));
  } else if (world.maybe(0.2)) {
    const failure = world.pick(['network', { status: 503, body: {} }, undefined] as const);
    server.fail = () => failure;
  } else if (world.maybe(0.1)) {
    const created = server.create(100 + ids.length);
    world.ids.push(created);
    world.watch(created);
    world.tell({
      type: 'conversation_created',
      conversation: server.conversation(created),
      timestamp: '',
    });
  } else if (world.maybe(0.15)) {
    // The page is reloaded.
    world.cut();
    // No page is there again at once: what was written in the same millisecond is told apart by the next ones.
    await pass(50);
    world.open();
  }
  await pass(world.maybe(0.7) ? 0 : world.below(2_000));
}

async function settle(world: World): Promise<void> {
  world.server.fail = () => undefined;
  world.up(true);
  for (let i = 0; i < 30; i += 1) {
    world.handle();
    world.deliver();
    await pass(20_000);
  }
  for (const id of world.ids) {
    const thread = world.client.thread(id);
    const loading = thread.load();
    await pass(20_000);
    await loading;
    while (thread.state.get().hasOlder) {
      const growing = thread.loadOlder();
      await pass(20_000);
      await growing;
    }
  }
}

/** `SEEDS=1000 FROM=5000` takes more of them, and others. */
const SEEDS = Array.from(
  { length: Number(process.env['SEEDS'] ?? 100) },
  (_, i) => i + 1 + Number(process.env['FROM'] ?? 0),
);

test.each(SEEDS)('whatever happens, all is shown once and in order: seed %i', async (seed) => {
  const world = new World(seed);
  // A history of more than a page, and holes that are longer.
  const [first = ''] = world.ids;
  const old = world.below(400);
  for (let i = 0; i < old; i += 1)
    world.server.send(first, world.pick([ME, OTHER]), `old ${i}`, `old ${i}`);
  world.open();
  await pass(0);
  world.up(false);
  for (let i = 0; i < 120; i += 1) await step(world);
  await settle(world);
  for (const id of world.ids) {
    const { messages } = world.server.of(id);
    const shown = world.client.thread(id).state.get().messages;
    expect(shown.map((message) => isStored(message) && toPlain(message))).toEqual(
      messages.map(({ readAt, ...message }) =>
        toPlain({ ...message, status: readAt === null ? 'sent' : 'read' }),
      ),
    );
    const said = messages.map((message) => world.server.of(id).said.get(message.id) ?? '');
    expect(said.filter((content) => content.startsWith('mine'))).toEqual(world.said.get(id) ?? []);
    const { lastMessage, ...conversation } = world.server.conversation(id);
    const item = world.client.conversations.get().items.find((each) => each.id === id);
    expect(item).toMatchObject(conversation);
    const { lastMessage: shownLast } = item ?? {};
    expect(shownLast && isStored(shownLast) && toPlain(shownLast).slice(0, -1)).toEqual(
      lastMessage && toPlain({ ...lastMessage, status: '' }).slice(0, -1),
    );
  }
  expect(world.client.conversations.get().items).toHaveLength(world.ids.length);
});

const isEqual = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i]);

function check(what: string, holds: boolean): void {
  if (!holds) throw new Error(`what is shown is not ${what}`);
}

const isChange = (change: Change): change is MessageChange =>
  !isArrival(change) && change.type !== 'read_receipt';

const isStored = (message: Message): message is StoredMessage => 'seq' in message;

interface Plain {
  readonly content: string;
  readonly editedAt?: string | undefined;
  readonly deletedAt?: string | undefined;
  readonly reactions?: StoredMessage['reactions'] | undefined;
  readonly status: string;
}

/** What is to be the same as the server's. Which of two emoji was the first is not. */
const toPlain = ({ content, editedAt, deletedAt, reactions = [], status }: Plain) => [
  content,
  editedAt,
  deletedAt,
  reactions.map(({ emoji, userIds }) => `${emoji} ${userIds.toSorted().join()}`).toSorted(),
  status,
];

/** What may not happen to one that is shown. */
function checkOne(old: Message | undefined, now: Message, isChanged: () => boolean): void {
  if (!old || old === now) return;
  check('the same object', JSON.stringify(old) !== JSON.stringify(now) || isChanged());
  if (!isStored(old) || !isStored(now)) return;
  check('deleted for good', old.deletedAt === undefined || now.deletedAt === old.deletedAt);
  check(
    'silent',
    now.deletedAt === undefined || (now.content === '' && now.reactions.length === 0),
  );
  check('the newest edit', !!now.deletedAt || (old.editedAt ?? '') <= (now.editedAt ?? ''));
}

const ignore = (): void => undefined;

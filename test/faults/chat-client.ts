import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Frame, User } from '../support/client.ts';
import {
  type Acked,
  type ClientEvidence,
  type Received,
  type Refused,
  type Sent,
  type Wish,
  toShown,
} from './evidence.ts';
import { pick } from './random.ts';
import { Wishes } from './wishes.ts';

/** How long an answer may take before the client does something about it, in milliseconds. */
const ANSWER_MS = 3_000;
const PING_MS = 1_000;
/** With no pong for so long the connection is taken for half-open. */
const SILENCE_MS = 5_000;

export interface ChatOptions {
  readonly name: string;
  readonly user: User;
  readonly conversationIds: readonly string[];
  readonly random: () => number;
  /** A node to try: what a load balancer would pick. */
  readonly pickNode: () => string;
}

/**
 * A client as an application would write it: comes back with its cursor, repeats what was not answered under the same
 * `clientMessageId`, and notes all it sees.
 */
export class ChatClient {
  readonly #options: ChatOptions;
  readonly #sends: Sent[] = [];
  readonly #acks: Acked[] = [];
  readonly #received: Received[] = [];
  readonly #errors: Refused[] = [];
  readonly #wishes: Wishes;
  readonly #socketsOpenedAt: number[] = [];
  readonly #closes: number[] = [];
  #incomplete = 0;
  /** What was sent and not answered, and when it was sent last. */
  readonly #unanswered = new Map<string, { send: Sent; at: number }>();
  /** The highest seq up to which everything came, by conversation. */
  readonly #upTo = new Map<string, number>();
  #socket: WebSocket | undefined;
  #isConnected = false;
  #cursor: string | undefined;
  #heardAt = 0;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#wishes = new Wishes(options.name, options.user.id, options.random);
  }

  get evidence(): ClientEvidence {
    const { name, user, conversationIds } = this.#options;
    return {
      name,
      userId: user.id,
      conversationIds,
      sends: this.#sends,
      acks: this.#acks,
      wishes: this.#wishes.made,
      openWishes: this.#wishes.open,
      received: this.#received,
      socketsOpenedAt: this.#socketsOpenedAt,
      errors: this.#errors,
      closes: this.#closes,
      incomplete: this.#incomplete,
    };
  }

  get hasAllAnswers(): boolean {
    return this.#unanswered.size === 0 && this.#wishes.open.length === 0;
  }

  isIn(conversationId: string): boolean {
    return this.#options.conversationIds.includes(conversationId);
  }

  hasUpTo(conversationId: string, seq: number): boolean {
    return (this.#upTo.get(conversationId) ?? 0) >= seq;
  }

  /** Connects, and from then on stays so. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#tick(), 250);
    void this.#connect();
    while (!this.#isConnected) await sleep(20);
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#socket?.terminate();
  }

  /** As a lift or a tunnel does it. */
  cut(): void {
    this.#socket?.terminate();
  }

  say(): void {
    const { name, conversationIds, random } = this.#options;
    const n = this.#sends.length + 1;
    const send: Sent = {
      conversationId: pick(random, conversationIds),
      clientMessageId: `${name}-${n}`,
      content: `message ${n} of ${name} ${'é'.repeat(Math.floor(random() * 40))}`,
    };
    this.#sends.push(send);
    this.#unanswered.set(send.clientMessageId, { send, at: 0 });
    this.#transmit(send);
  }

  /** Edits or deletes one of its messages, or reacts to anybody's. */
  change(): void {
    this.#wishes.make();
    this.#ask(1);
  }

  /** For what it wants and has not asked for since then. */
  #ask(since: number): void {
    if (this.#socket?.readyState !== WebSocket.OPEN || !this.#isConnected) return;
    for (const wish of this.#wishes.ask(since)) this.#write(wish);
  }

  #transmit(send: Sent): void {
    if (!this.#isConnected) return;
    this.#unanswered.set(send.clientMessageId, { send, at: Date.now() });
    this.#write({ type: 'send_message', ...send });
  }

  #write(frame: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  async #connect(): Promise<void> {
    const { user, random, pickNode } = this.#options;
    const query = this.#cursor === undefined ? '' : `?cursor=${this.#cursor}`;
    const socket = new WebSocket(pickNode() + query, {
      headers: { authorization: `Bearer ${user.token}` },
      handshakeTimeout: ANSWER_MS,
    });
    this.#socket = socket;
    this.#heardAt = Date.now();
    const number = this.#socketsOpenedAt.push(this.#heardAt);
    let opened = false;
    socket.on('open', () => (opened = true));
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      if (socket !== this.#socket) return;
      this.#heardAt = Date.now();
      this.#onFrame(JSON.parse(data.toString()) as Frame, number);
    });
    const code = await new Promise<number>((resolve) => socket.on('close', resolve));
    this.#isConnected = false;
    if (this.#isStopped) return;
    if (opened) this.#closes.push(code);
    await sleep(50 + random() * 400);
    void this.#connect();
  }

  #tick(): void {
    const now = Date.now();
    if (now - this.#heardAt > SILENCE_MS) this.#socket?.terminate();
    if (!this.#isConnected) return;
    if (now % PING_MS < 250) this.#write({ type: 'ping' });
    for (const { send, at } of this.#unanswered.values())
      if (now - at > ANSWER_MS) this.#transmit(send);
    this.#ask(now - ANSWER_MS);
  }

  #onFrame(frame: Frame, socket: number): void {
    if (typeof frame['cursor'] === 'string') this.#cursor = frame['cursor'];
    switch (frame.type) {
      case 'connected':
        this.#isConnected = true;
        for (const { send } of this.#unanswered.values()) this.#transmit(send);
        this.#ask(Number.POSITIVE_INFINITY);
        break;
      case 'resumed':
        if (frame['complete'] !== true) this.#incomplete += 1;
        break;
      case 'message_ack':
        this.#unanswered.delete(frame['clientMessageId'] as string);
        this.#acks.push({
          socket,
          conversationId: frame['conversationId'],
          clientMessageId: frame['clientMessageId'],
          messageId: frame['message'].id,
          content: frame['message'].content,
          seq: frame['seq'],
        });
        break;
      case 'new_message':
      case 'message_edited':
      case 'message_deleted':
        this.#note(frame, socket, frame['message'].id, frame['message'].senderId);
        if (frame.type === 'new_message') this.#maybeRead(frame);
        break;
      case 'read_receipt':
      case 'reaction_added':
      case 'reaction_removed':
        this.#note(frame, socket, frame['messageId'], frame['userId']);
        break;
      case 'error':
        this.#onError(frame);
        break;
      default:
    }
  }

  #note(frame: Frame, socket: number, messageId: string, userId: string): void {
    const { conversationId, seq, emoji, message } = frame;
    const type = frame.type as Received['type'];
    this.#received.push({
      socket,
      at: Date.now(),
      conversationId,
      seq,
      type,
      messageId,
      userId,
      ...(emoji === undefined ? {} : { emoji }),
      ...(message === undefined ? {} : { shown: toShown(message) }),
    });
    // What an earlier socket had is dropped, as an application does it.
    if (seq !== (this.#upTo.get(conversationId) ?? 0) + 1) return;
    this.#upTo.set(conversationId, seq);
    const { name } = this.#options;
    this.#wishes.onChange(frame, message?.clientMessageId?.startsWith(`${name}-`) === true);
  }

  #onError({ code, request, messageId }: Frame): void {
    this.#errors.push({ code, request, ...(messageId === undefined ? {} : { messageId }) });
    if (code === 'conflict' && messageId !== undefined)
      this.#wishes.onRefused(messageId, request as Wish['type']);
  }

  /** Now and then, and not always the newest: a later receipt may be overtaken by an earlier one. */
  #maybeRead(frame: Frame): void {
    const { user, random } = this.#options;
    if (frame['message'].senderId === user.id || random() > 0.3) return;
    const read = {
      type: 'mark_read',
      conversationId: frame['conversationId'],
      messageId: frame['message'].id,
    };
    setTimeout(() => this.#write(read), random() * 200).unref();
  }
}

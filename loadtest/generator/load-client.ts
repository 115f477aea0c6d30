import type { Dialect } from './dialects.ts';
import { CONTENT_BYTES, STAMP_BYTES, readSender, readUs, writeStamp } from './stamp.ts';
import { WsClient, encodeFrame } from './ws-client.ts';

export interface ClientSpec {
  readonly userId: string;
  readonly port: number;
  /** Where it sends. It shares the first with its partner. None: it only listens. */
  readonly conversations: readonly string[];
}

/** What a socket that is connected tells of. */
export interface ClientEvents {
  /** @param us when the message was meant to be sent */
  delivered(to: LoadClient, us: number, sender: number): void;
  /** It was closed, not by us, or a message was refused. */
  failed(reason: string): void;
}

export interface ClientContext {
  readonly dialect: Dialect;
  readonly secret: string;
  readonly localAddress: string;
  readonly events: ClientEvents;
}

const CONTENT_KEY = Buffer.from('"content":"');
const PADDING = 'x'.repeat(CONTENT_BYTES);

/** A socket that sends stamped messages and tells of deliveries. */
export class LoadClient {
  readonly index: number;
  /** The other party of its first conversation; itself when there is none. */
  partner: LoadClient = this;
  readonly #spec: ClientSpec;
  readonly #context: ClientContext;
  readonly #socket: WsClient;
  readonly #settle: { readonly ready: () => void; readonly failed: (error: Error) => void };
  #state: 'connecting' | 'ready' | 'closing' = 'connecting';
  /** A whole frame for each conversation, made when it is first needed. */
  readonly #frames: (Buffer | undefined)[] = [];
  /** The same in all of them: ids are equally long. */
  #stampAt = 0;
  #turn = 0;
  /** Where the content began in the last delivery: nearly always where it does in the next. */
  #contentAt = 0;

  /** Resolves when it may send; rejects when it is closed before. */
  static connect(index: number, spec: ClientSpec, context: ClientContext): Promise<LoadClient> {
    return new Promise((resolve, reject) => {
      const client: LoadClient = new LoadClient(index, spec, context, {
        ready: () => resolve(client),
        failed: reject,
      });
    });
  }

  private constructor(
    index: number,
    spec: ClientSpec,
    context: ClientContext,
    settle: { ready: () => void; failed: (error: Error) => void },
  ) {
    this.index = index;
    this.#spec = spec;
    this.#context = context;
    this.#settle = settle;
    const { dialect, secret, localAddress } = context;
    this.#socket = new WsClient(
      { ...dialect.target(spec.port, spec.userId, secret), localAddress },
      {
        opened: () => {
          if (dialect.opened()) this.#becomeReady();
        },
        text: (bytes, start, end) => this.#text(bytes, start, end),
        closed: (reason) => this.#closed(reason),
      },
    );
  }

  /** Sends to its conversations in turn. */
  send(us: number): void {
    const slot = this.#turn;
    this.#turn = (slot + 1) % this.#spec.conversations.length;
    const frame = this.#frames[slot] ?? this.#makeFrame(this.#spec.conversations[slot] ?? '');
    writeStamp(frame, this.#stampAt, us, this.index);
    // What the kernel has not taken yet must stay as it is.
    this.#frames[slot] = this.#socket.write(frame) ? frame : Buffer.from(frame);
  }

  close(): void {
    this.#state = 'closing';
    this.#socket.destroy();
  }

  #makeFrame(conversationId: string): Buffer {
    const [before, after] = this.#context.dialect.around(conversationId);
    const frame = encodeFrame(Buffer.from(before + PADDING + after));
    this.#stampAt = frame.indexOf(PADDING);
    return frame;
  }

  #text(bytes: Buffer, start: number, end: number): void {
    if (end - start < CONTENT_BYTES || this.#state === 'connecting') {
      const text = bytes.toString('utf8', start, end);
      if (this.#state !== 'connecting') this.#short(text);
      else if (this.#context.dialect.greeted(this.#socket, text, this.#spec.userId))
        this.#becomeReady();
      return;
    }
    let at = start + this.#contentAt;
    if (!isContentKey(bytes, at)) {
      at = bytes.indexOf(CONTENT_KEY, start);
      if (at === -1 || at + CONTENT_KEY.length + STAMP_BYTES > end) {
        this.#checkForError(bytes.toString('utf8', start, end));
        return;
      }
      this.#contentAt = at - start;
    }
    const stamp = at + CONTENT_KEY.length;
    this.#context.events.delivered(this, readUs(bytes, stamp), readSender(bytes, stamp));
  }

  #short(text: string): void {
    this.#context.dialect.short(this.#socket, text);
    this.#checkForError(text);
  }

  #checkForError(text: string): void {
    if (text.includes('"error')) this.#context.events.failed(text);
  }

  #becomeReady(): void {
    this.#state = 'ready';
    this.#settle.ready();
  }

  #closed(reason: string): void {
    if (this.#state === 'connecting') this.#settle.failed(new Error(`not connected: ${reason}`));
    else if (this.#state === 'ready') this.#context.events.failed(reason);
  }
}

/** Enough of `"content":"` to know it by. */
const isContentKey = (bytes: Buffer, at: number): boolean =>
  bytes[at + 10] === 0x22 &&
  bytes[at + 9] === 0x3a &&
  bytes[at + 1] === 0x63 &&
  bytes[at + 3] === 0x6e;

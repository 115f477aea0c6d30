import { type Socket, connect } from 'node:net';
import { FrameParser } from './frame-parser.ts';

export interface Target {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** One of 127.0.0.0/8, so that ephemeral ports suffice: there are 28,000 for each address. */
  readonly localAddress?: string;
}

export interface WsHandlers {
  opened(): void;
  /** A text frame: `bytes` from `start` to `end`, valid until the call returns. */
  text(bytes: Buffer, start: number, end: number): void;
  /** Once, whoever ended it, also when it never opened. */
  closed(reason: string): void;
}

const OPCODE = { text: 1, close: 8, ping: 9 } as const;
/** Shared by all sockets: what was read is used up before the next is read. */
const READ_BUFFER = Buffer.alloc(64 * 1024);
const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * A WebSocket client that does as little as it can, since it shares the machine with what it measures: no masking (the
 * key is zero), no streams on the way in, one write a frame.
 */
export class WsClient {
  readonly #socket: Socket;
  readonly #handlers: WsHandlers;
  readonly #parser: FrameParser;
  #head: Buffer | undefined = Buffer.alloc(0);
  #reason = 'the peer closed it';

  constructor(target: Target, handlers: WsHandlers) {
    this.#handlers = handlers;
    this.#parser = new FrameParser((opcode, bytes, start, end) => {
      if (opcode === OPCODE.text) handlers.text(bytes, start, end);
      else if (opcode === OPCODE.ping) this.write(encodeFrame(bytes.subarray(start, end), 0x8a));
      else if (opcode === OPCODE.close && end - start >= 2)
        this.#reason = `closed with ${bytes.readUInt16BE(start)}`;
    });
    this.#socket = connect({
      host: '127.0.0.1',
      port: target.port,
      ...(target.localAddress === undefined ? {} : { localAddress: target.localAddress }),
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length) => {
          this.#read(length);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => (this.#reason = error.message));
    this.#socket.on('close', () => handlers.closed(this.#reason));
    this.#socket.write(upgradeRequest(target));
  }

  /** @returns whether the bytes may be used again: the kernel has taken them */
  write(frame: Uint8Array): boolean {
    this.#socket.write(frame);
    return this.#socket.writableLength === 0;
  }

  sendText(text: string): void {
    this.write(encodeFrame(Buffer.from(text)));
  }

  /** Ends without a close frame, as a lost connection does. */
  destroy(): void {
    this.#reason = 'ended here';
    this.#socket.destroy();
  }

  #read(length: number): void {
    if (this.#head === undefined) {
      this.#parser.push(READ_BUFFER, length);
      return;
    }
    const head = Buffer.concat([this.#head, READ_BUFFER.subarray(0, length)]);
    const end = head.indexOf(HEAD_END);
    this.#head = head;
    if (end === -1) return;
    const status = head.toString('latin1', 0, end).split('\r\n', 1)[0] ?? '';
    if (!status.startsWith('HTTP/1.1 101')) {
      this.#reason = `not upgraded: ${status}`;
      this.#socket.destroy();
      return;
    }
    this.#head = undefined;
    this.#handlers.opened();
    const rest = head.subarray(end + HEAD_END.length);
    this.#parser.push(rest, rest.length);
  }
}

/** A masked frame (clients must) whose key is zero, so that the payload stays as it is. */
export function encodeFrame(payload: Uint8Array, firstByte: number = 0x80 | OPCODE.text): Buffer {
  const head = payload.length < 126 ? 2 : 4;
  const frame = Buffer.alloc(head + 4 + payload.length);
  frame[0] = firstByte;
  frame[1] = 0x80 | (head === 2 ? payload.length : 126);
  if (head === 4) frame.writeUInt16BE(payload.length, 2);
  frame.set(payload, head + 4);
  return frame;
}

function upgradeRequest({ port, path, headers }: Target): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    // Any 16 bytes do: nobody reads the answer's hash.
    'Sec-WebSocket-Key: bG9hZHRlc3QtbG9hZHRlcw==',
    'Sec-WebSocket-Version: 13',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

import { type Socket, connect } from 'node:net';

/** The status of an answer whose body was read and dropped. */
export type OnAnswer = (status: number) => void;

const HEAD_END = Buffer.from('\r\n\r\n');

/** One connection that is kept alive, for requests one after the other (RFC 9112). It reads no more of an answer than it must. */
export class HttpClient {
  readonly #socket: Socket;
  #onAnswer: OnAnswer | undefined;
  #head: Buffer = Buffer.alloc(0);
  /** What is still to come of the body; `undefined` while the head is read. */
  #bodyLeft: number | undefined;
  #status = 0;

  /** @param lost called when the server closes the connection */
  constructor(port: number, localAddress: string, lost: (reason: string) => void) {
    this.#socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => lost('a keep-alive connection was closed'));
  }

  /** @param bytes a whole request; the last one must have been answered */
  request(bytes: Buffer, onAnswer: OnAnswer): void {
    this.#onAnswer = onAnswer;
    this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.removeAllListeners('close').destroy();
  }

  #read(chunk: Buffer): void {
    let body = chunk;
    if (this.#bodyLeft === undefined) {
      const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
      const end = bytes.indexOf(HEAD_END);
      this.#head = end === -1 ? bytes : Buffer.alloc(0);
      if (end === -1) return;
      const head = bytes.toString('latin1', 0, end);
      this.#status = Number(head.slice(9, 12));
      this.#bodyLeft = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      body = bytes.subarray(end + HEAD_END.length);
    }
    this.#bodyLeft -= body.length;
    if (this.#bodyLeft > 0) return;
    this.#bodyLeft = undefined;
    const onAnswer = this.#onAnswer;
    this.#onAnswer = undefined;
    onAnswer?.(this.#status);
  }
}

/** A request's bytes. */
export const getRequest = (path: string, token: string): Buffer =>
  Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    'latin1',
  );

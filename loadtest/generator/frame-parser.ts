/** Called for each frame. `bytes` from `start` to `end` is its payload: only until the call returns. */
export type OnFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void;

/** A server's WebSocket frames (RFC 6455, section 5.2), which come unmasked, from however TCP cuts them. */
export class FrameParser {
  readonly #onFrame: OnFrame;
  #rest: Buffer | undefined;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** @param length how much of `chunk` came; it is not kept */
  push(chunk: Buffer, length: number): void {
    let bytes = chunk;
    let total = length;
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, chunk.subarray(0, length)]);
      total = bytes.length;
    }
    let at = 0;
    for (;;) {
      const available = total - at;
      if (available < 2) break;
      let size = (bytes[at + 1] ?? 0) & 0x7f;
      let head = 2;
      if (size === 126) {
        head = 4;
        if (available < head) break;
        size = bytes.readUInt16BE(at + 2);
      } else if (size === 127) {
        head = 10;
        if (available < head) break;
        size = bytes.readUInt32BE(at + 6);
      }
      if (available < head + size) break;
      this.#onFrame((bytes[at] ?? 0) & 0x0f, bytes, at + head, at + head + size);
      at += head + size;
    }
    // A copy: `chunk` is read into again.
    this.#rest = at < total ? Buffer.from(bytes.subarray(at, total)) : undefined;
  }
}

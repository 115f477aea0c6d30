/** All that the hub knows of a WebSocket. Frames are UTF-8 JSON text. After `close` every call does nothing. */
export interface Socket {
  /** Queues a frame behind everything sent or broadcast before. A socket that would have to drop it is closed instead. */
  send(frame: Uint8Array): void;
  /** From now on gets what is broadcast to the user. */
  join(userId: string): void;
  /** Bytes the peer has not taken yet. */
  bufferedBytes(): number;
  /** Sends a close frame and ends the connection. */
  close(code: number, reason: string): void;
}

/** Sends a frame to every socket that joined the user. */
export type Broadcast = (userId: string, frame: Uint8Array) => void;

/** Which change of which conversation. */
export interface Position {
  readonly conversationId: string;
  readonly seq: number;
}

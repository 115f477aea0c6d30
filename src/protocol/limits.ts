/** The limits of the wire. Rows marked seed in docs/protocol.md never change. */

/** Largest content of a message, in bytes of UTF-8 (seed). */
export const MAX_CONTENT_BYTES = 4096;
/** Largest frame or request body accepted from a client, in bytes. */
export const MAX_FRAME_BYTES = 32 * 1024;
/** Longest `clientMessageId`, in characters (code points). */
export const MAX_CLIENT_MESSAGE_ID_LENGTH = 64;
/** Messages that may wait for one slow socket before it is closed (seed). */
export const MAX_UNDELIVERED_MESSAGES = 256;
/** What a client may send before `connected` is sent, in bytes of its frames. */
export const MAX_EARLY_BYTES = 1024 * 1024;
/** Changes that a socket with a cursor is given at most; whoever missed more fetches over REST. */
export const MAX_REPLAY_CHANGES = 1_000;
/** Live frames that may wait behind a socket's replay, in bytes. */
export const MAX_HELD_BYTES = 1024 * 1024;
/** How long a socket may take nothing of what waits for it, in milliseconds (seed). */
export const WRITE_TIMEOUT_MS = 10_000;
/** Interval of protocol pings, in seconds (seed). */
export const PING_INTERVAL_S = 54;
/** How long after an unanswered ping the socket is closed, in seconds. */
export const PONG_TIMEOUT_S = 16;
/** At most one `typing` per user and conversation is passed on in this time, in milliseconds. */
export const TYPING_INTERVAL_MS = 2_000;
/** Invalid frames in a row after which the socket is closed with 4400. */
export const MAX_INVALID_FRAMES = 20;
/** Page size of lists: the default and the most that may be asked for. */
export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 100;
/** Files one message may have. */
export const MAX_ATTACHMENTS = 10;
/** Longest name of a file, in bytes of UTF-8. */
export const MAX_FILE_NAME_BYTES = 255;
/** Reactions of one user to one message. */
export const MAX_REACTIONS = 5;
/** Longest token of a device, in characters. A subscription's endpoint is a URL. */
export const MAX_DEVICE_TOKEN_LENGTH = 2_048;
/** Devices of a user; one more, and the one that was registered longest ago goes. */
export const MAX_DEVICES = 20;

/** Goes up when the wire gains something. Nothing that is marked seed in docs/protocol.md is ever taken away. */
export const PROTOCOL_VERSION = '1.4.0';

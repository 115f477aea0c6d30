import type { Rate } from './token-bucket.ts';

/**
 * The limits, as docs/protocol.md states them: what a marketplace's people, and whole offices behind one address, never
 * reach, and a program that floods does at once.
 */

/** A rate that nodes share: one user on many nodes gets little more than on one. */
export interface SharedRate extends Rate {
  /** Over how long nodes add up what they let pass, in seconds: whoever had too much is refused at most that long. */
  readonly windowS: number;
  /** What one node lets pass in a window without telling the others. */
  readonly untold: number;
}

/**
 * What all nodes together let pass in one window: what one node lets pass by itself, and a second of it more for what is told
 * late. So whoever is on one node is never refused for it.
 */
export const perWindow = ({ burst, perSecond, windowS }: SharedRate): number =>
  burst + perSecond * (windowS + 1);

/**
 * Messages of a user, sockets and REST together. The burst is an outbox of somebody who was offline. Nobody types 20 in 10 s:
 * what ordinary people send costs no word between nodes.
 */
export const MESSAGES: SharedRate = { burst: 50, perSecond: 10, windowS: 10, untold: 20 };

/**
 * Frames of any kind of a user's sockets on one node, pings included: answering one costs about as much as a message. Sends over REST
 * count as frames. The burst is all that a client may have sent without an answer before its socket broke, and repeats.
 */
export const FRAMES: Rate = { burst: 500, perSecond: 50 };

/** Sockets of a user: devices and tabs. On one node. */
export const MAX_SOCKETS_PER_USER = 20;

/** Sockets from an address: an office, a household, a carrier's NAT. On one node. */
export const MAX_SOCKETS_PER_ADDRESS = 500;

/**
 * Sockets a user opens. Each looks up all of the user's conversations. The burst is twice what may be open, for a node's death
 * right after another's.
 */
export const OPENINGS: SharedRate = { burst: 40, perSecond: 1, windowS: 60, untold: 5 };

/** Handshakes from an address, on one node; checking a token and upgrading costs about 0.2 ms. */
export const HANDSHAKES: Rate = { burst: 500, perSecond: 50 };

/**
 * TCP connections from an address that is no trusted proxy, on one node. uWebSockets.js ends one that does not get a request
 * through within 12 s, so this also bounds how many there are.
 */
export const CONNECTIONS: Rate = { burst: 1_000, perSecond: 100 };

/** REST requests of a user other than sends, on one node. */
export const REQUESTS: Rate = { burst: 100, perSecond: 20 };

/** Requests from an address that nobody vouches for, on one node: without a valid token, or for what needs none. */
export const ANONYMOUS_REQUESTS: Rate = { burst: 100, perSecond: 20 };

/** On all nodes: `count` in any `seconds` from the first one on. */
export interface CountedRate {
  readonly count: number;
  readonly seconds: number;
}

/** Conversations a user starts. */
export const NEW_CONVERSATIONS: CountedRate = { count: 60, seconds: 3_600 };

/** Files a user announces, each of which may take up disk for a day: thirty messages full of photos. */
export const NEW_FILES: CountedRate = { count: 300, seconds: 3_600 };

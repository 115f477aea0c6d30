import { UUID_LENGTH } from '../lib/uuid.ts';
import type { Departure, Digest } from './picture.ts';

/** Somebody came to the node that says so, or went. */
export interface PresenceChange {
  readonly id: string;
  /** `undefined`: came. */
  readonly departure: Departure | undefined;
}

/**
 * What a node tells the others of who is online. `ask`: say who is on your node; of all nodes without one. `part`: some of those who are on mine, the
 * first of so many. `hide`, `show`: of a user who may be on any node.
 */
export type PresenceWord =
  | { readonly kind: 'changes'; readonly changes: readonly PresenceChange[] }
  | { readonly kind: 'digest'; readonly digest: Digest }
  | { readonly kind: 'ask'; readonly node: string | undefined }
  | {
      readonly kind: 'part';
      readonly index: number;
      readonly count: number;
      readonly ids: readonly string[];
    }
  | { readonly kind: 'hide' | 'show'; readonly id: string };

/** @param node who says it */
export const encodeWord = (node: string, word: PresenceWord): string =>
  [node, word.kind, ...fields(word)].join(' ');

function fields(word: PresenceWord): readonly (string | number)[] {
  switch (word.kind) {
    case 'changes':
      return word.changes.map(({ id, departure }) =>
        departure === undefined ? `+${id}` : `-${id}${departure}`,
      );
    case 'digest':
      return [word.digest.count, word.digest.hash];
    case 'ask':
      return word.node === undefined ? [] : [word.node];
    case 'part':
      return [word.index, word.count, ...word.ids];
    case 'hide':
    case 'show':
      return [word.id];
  }
}

/** @returns `word`: `undefined` when it is of a newer version */
export function decodeWord(payload: Buffer): {
  node: string;
  word: PresenceWord | undefined;
} {
  const [node = '', kind = '', ...rest] = payload.toString('latin1').split(' ');
  return { node, word: toWord(kind, rest) };
}

function toWord(kind: string, rest: readonly string[]): PresenceWord | undefined {
  const [first, second, ...ids] = rest;
  switch (kind) {
    case 'changes':
      return { kind, changes: rest.map(toChange) };
    case 'digest':
      return { kind, digest: { count: Number(first), hash: Number(second) } };
    case 'ask':
      return { kind, node: first };
    case 'part':
      return { kind, index: Number(first), count: Number(second), ids };
    case 'hide':
    case 'show':
      return first?.length === UUID_LENGTH ? { kind, id: first } : undefined;
    default:
      return undefined;
  }
}

/** Behind a sign and the id. */
const DEPARTURE_AT = 1 + UUID_LENGTH;

function toChange(text: string): PresenceChange {
  const id = text.slice(1, DEPARTURE_AT);
  if (text.startsWith('+')) return { id, departure: undefined };
  const departure = text.slice(DEPARTURE_AT);
  return { id, departure: departure === 'hidden' ? departure : Number(departure) };
}

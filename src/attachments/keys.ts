import { randomUUID } from 'node:crypto';

/** One attachment, by its table's key. */
export interface AttachmentId {
  readonly conversationId: string;
  readonly id: string;
}

/** All objects of an attachment. */
export const prefixOf = ({ conversationId, id }: AttachmentId): string =>
  `${conversationId}/${id}/`;

/** Where the bytes come in. */
export const uploadKey = (attachment: AttachmentId): string => `${prefixOf(attachment)}upload`;

/** Where what was made of them stays. Never the same twice: of two who finish it together one wins, and the other removes its own. */
export function finishedKeys(attachment: AttachmentId): { object: string; thumbnail: string } {
  const object = prefixOf(attachment) + randomUUID();
  return { object, thumbnail: `${object}-thumbnail` };
}

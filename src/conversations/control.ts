import { z } from 'zod';
import { uuid } from '../protocol/values.ts';

/** What travels on a user's channel: word to the nodes that hold the user, not a frame. */
const control = z.object({ kind: z.literal('conversation_created'), id: uuid });

export type Control = z.infer<typeof control>;

export const encodeControl = (message: Control): string => JSON.stringify(message);

/** @returns `undefined` when it is not of ours, or of a newer version */
export function decodeControl(payload: Buffer): Control | undefined {
  try {
    return control.safeParse(JSON.parse(payload.toString())).data;
  } catch {
    return undefined;
  }
}

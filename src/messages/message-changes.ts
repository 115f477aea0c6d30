import type { Bus } from '../bus/bus.ts';
import { type ChangeMessage, type MessageChange, createChangeMessage } from './change-message.ts';
import { deleting } from './delete.ts';
import { editing } from './edit.ts';
import { limitChanges } from './limit-changes.ts';
import type { ToMessage } from './message-row.ts';
import { reacting, unreacting } from './react.ts';
import type { Writer } from './writer.ts';

/** How messages that are sent can be changed. */
export interface MessageChanges {
  readonly editMessage: ChangeMessage;
  readonly deleteMessage: ChangeMessage;
  readonly addReaction: ChangeMessage;
  readonly removeReaction: ChangeMessage;
}

/**
 * @param editWindowMinutes how long after sending, by PostgreSQL's clock; 0: never, -1: always
 * @param admit counts a change of this user: 0, or how long to wait, in milliseconds
 */
export function createMessageChanges(
  writer: Writer,
  bus: Bus,
  toMessage: ToMessage,
  editWindowMinutes: number,
  admit: (userId: string) => number,
): MessageChanges {
  const change = (how: MessageChange): ChangeMessage =>
    limitChanges(createChangeMessage(how, writer, bus, toMessage), admit);
  return {
    editMessage: change(editing(editWindowMinutes)),
    deleteMessage: change(deleting),
    addReaction: change(reacting),
    removeReaction: change(unreacting),
  };
}

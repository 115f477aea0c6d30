import type { Message } from '../../../client/types.ts';
import { isDeleted, isStored } from '../stored.ts';

/** What stands under one another in a thread. A key stays with its row whatever is loaded before or comes after. */
export type Row =
  | { readonly kind: 'start'; readonly key: string }
  | { readonly kind: 'day'; readonly key: string; readonly time: number }
  | MessageRow;

export interface MessageRow {
  readonly kind: 'message';
  readonly key: string;
  readonly message: Message;
  readonly isOwn: boolean;
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
  /** Whether its time and mark are shown: once a group, where the marks differ, and where there is more to say. */
  readonly hasMeta: boolean;
  /** From 1. */
  readonly position: number;
}

const GROUP_MS = 5 * 60_000;

interface Moment {
  readonly time: number;
  /** The same for all of one day, as the reader's clock has it. */
  readonly day: number;
}

// Messages are never mutated, and reading a date takes longer than the rest.
const moments = new WeakMap<Message, Moment>();

function momentOf(message: Message): Moment {
  let moment = moments.get(message);
  if (moment === undefined) {
    const time = Date.parse(message.createdAt);
    moment = { time, day: new Date(time).setHours(0, 0, 0, 0) };
    moments.set(message, moment);
  }
  return moment;
}

/**
 * The rows of these messages. A row that is there already keeps its height when older ones are put before it: spaces and times
 * stand at the end of a group, and the day is not said above the oldest before it is known to be the first of that day.
 */
export function toRows(
  messages: readonly Message[],
  userId: string | undefined,
  hasOlder: boolean,
): readonly Row[] {
  const rows: Row[] = hasOlder || messages.length === 0 ? [] : [{ kind: 'start', key: 'start' }];
  let startsGroup = true;
  let lastDay = hasOlder && messages[0] ? momentOf(messages[0]).day : undefined;
  messages.forEach((message, index) => {
    const { time, day } = momentOf(message);
    if (day !== lastDay) rows.push({ kind: 'day', key: `day ${message.key}`, time });
    lastDay = day;
    const next = messages[index + 1];
    const endsGroup = next === undefined || !isOneGroup(message, next);
    rows.push({
      kind: 'message',
      key: message.key,
      message,
      isOwn: message.senderId === userId,
      startsGroup,
      endsGroup,
      hasMeta: endsGroup || saysMore(message) || message.status !== next.status,
      position: index + 1,
    });
    startsGroup = endsGroup;
  });
  return rows;
}

function saysMore(message: Message): boolean {
  if (isStored(message)) return message.editedAt !== undefined && !isDeleted(message);
  return message.status === 'failed';
}

function isOneGroup(message: Message, next: Message): boolean {
  const [a, b] = [momentOf(message), momentOf(next)];
  return message.senderId === next.senderId && a.day === b.day && b.time - a.time < GROUP_MS;
}

import type { StoredAttachment } from '../db/schema.ts';
import { type Texts, textsOf } from './texts.ts';

/** In UTF-16 code units: providers take about 4 KB in all, and devices show a few lines. */
const MAX_BODY = 180;
const MAX_TITLE = 80;

export interface Told {
  /** The sender's, as its token said. */
  readonly senderName: string | null;
  /** Of the newest message. */
  readonly content: string;
  readonly attachments: readonly StoredAttachment[] | null;
  readonly unreadCount: number;
  /** The recipient's. */
  readonly locale: string | null;
}

/** @param showsContent else it says only how many there are */
export function notificationOf(
  { senderName, content, attachments, unreadCount, locale }: Told,
  showsContent: boolean,
): { readonly title: string; readonly body: string } {
  const texts = textsOf(locale);
  if (!showsContent) return { title: texts.newMessage, body: texts.newMessages(unreadCount) };
  const title = shorten(oneLine(senderName ?? ''), MAX_TITLE) || texts.newMessage;
  if (unreadCount > 1) return { title, body: texts.newMessages(unreadCount) };
  const body = content.trim() || filesOf(attachments ?? [], texts) || texts.newMessage;
  return { title, body: shorten(body, MAX_BODY) };
}

function filesOf(attachments: readonly StoredAttachment[], texts: Texts): string {
  const [first] = attachments;
  if (first === undefined) return '';
  const count = attachments.length;
  if (attachments.every(({ hasThumbnail }) => hasThumbnail)) return texts.photos(count);
  return count > 1 ? texts.files(count) : texts.file(first.name);
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cut between two characters as people see them; within one that is longer than all there is room for, between code points. */
function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = 0;
  // What follows can only belong to a character that does not fit.
  for (const { index, segment } of graphemes.segment(text.slice(0, 2 * max))) {
    if (index + segment.length >= max) break;
    end = index + segment.length;
  }
  const cut = end > 0 ? text.slice(0, end) : text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.trimEnd()}…`;
}

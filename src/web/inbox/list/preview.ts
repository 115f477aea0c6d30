import type { ConversationSummary } from '../../../client/types.ts';
import { isPhoto } from '../files/photo.ts';
import { isDeleted } from '../stored.ts';
import type { Strings } from '../strings/strings.ts';
import { summaryOf } from '../summary.ts';

export interface Preview {
  readonly kind: 'typing' | 'draft' | 'sending' | 'failed' | 'message' | 'deleted' | 'none';
  /** Before the text: whose it is, or that it is a draft. */
  readonly label: string | undefined;
  readonly text: string;
  /** What came with it, or is all of it. */
  readonly files?: 'photo' | 'file';
}

/** More than a line shows: a message of 4096 bytes in each row would only cost. */
const MAX_LENGTH = 160;
const HALF_A_CHARACTER = /[\uD800-\uDBFF]$/;

/** What a conversation's last line says. */
export function previewOf(
  { isTyping, draft, lastMessage, unreadCount }: ConversationSummary,
  userId: string | undefined,
  strings: Strings,
  locale: string,
): Preview {
  const { list, thread } = strings;
  if (isTyping) return { kind: 'typing', label: undefined, text: list.typing };
  // Not over what is new.
  if (draft.trim() !== '' && unreadCount === 0)
    return { kind: 'draft', label: list.draft, text: short(draft) };
  if (lastMessage === null) return { kind: 'none', label: undefined, text: '' };
  const { status, senderId, content, attachments } = lastMessage;
  const isOwn = senderId === userId;
  if (isDeleted(lastMessage))
    return {
      kind: 'deleted',
      label: undefined,
      text: isOwn ? thread.deletedByYou : thread.deleted,
    };
  const [file] = attachments;
  return {
    kind: status === 'sending' || status === 'failed' ? status : 'message',
    label: isOwn ? list.you : undefined,
    text: short(content) || short(summaryOf(attachments, strings, locale)),
    ...(file && { files: isPhoto(file) ? 'photo' : 'file' }),
  };
}

const short = (text: string): string =>
  text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH).replace(HALF_A_CHARACTER, '')}…` : text;

import type { Attachment } from '../../client/types.ts';
import { formatNumber } from './format-number.ts';
import { shownName } from './files/file-name.ts';
import { isPhoto } from './files/photo.ts';
import type { Strings } from './strings/strings.ts';

/** What a message's files are called where there is one line: a file by its name, others by their number. Empty without files. */
export function summaryOf(
  attachments: readonly Attachment[],
  { files }: Strings,
  locale: string,
): string {
  const [first] = attachments;
  if (first === undefined) return '';
  const count = attachments.length;
  const say = attachments.every(isPhoto) ? files.photos : count > 1 ? files.files : undefined;
  return say?.(count, formatNumber(count, locale)) ?? shownName(first.name);
}

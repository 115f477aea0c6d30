import { httpUrl } from '../http-url.ts';

export interface Link {
  /** As it was written. */
  readonly text: string;
  readonly href: string;
  /** What the browser will call, when that is not what one reads: Punycode instead of letters that look like others. */
  readonly host: string | undefined;
}

// Whatever shows nothing or turns the direction of writing (\p{C}) ends a link, as do quotes and brackets that URLs do not have.
const URLS = /(?<![\p{L}\p{N}])https?:\/\/[^\s\p{C}\p{Z}<>"`{}|\\^«»“”„]+/giu;
const SENTENCE_END = /[.,:;!?'’*_~…。、，！？]/u;
const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** The text in order, in pieces that are links or not. Only what says `http://` or `https://` itself is one. */
export function linkify(content: string): readonly (string | Link)[] {
  const pieces: (string | Link)[] = [];
  let at = 0;
  for (const match of content.matchAll(URLS)) {
    const text = withoutPunctuation(match[0]);
    const url = httpUrl(text);
    if (url === undefined) continue;
    if (match.index > at) pieces.push(content.slice(at, match.index));
    const isAsWritten = text.toLowerCase().startsWith(`${url.protocol}//${url.host}`);
    pieces.push({ text, href: url.href, host: isAsWritten ? undefined : url.host });
    at = match.index + text.length;
  }
  if (at < content.length) pieces.push(content.slice(at));
  return pieces;
}

/** Without what ends the sentence around it, and without a bracket that was opened before it. */
function withoutPunctuation(url: string): string {
  const surplus = new Map(
    Object.entries(CLOSING).map(([close, open]) => [close, count(url, close) - count(url, open)]),
  );
  let end = url.length;
  for (; end > 0; end -= 1) {
    const last = url.charAt(end - 1);
    const more = surplus.get(last);
    if (more === undefined ? !SENTENCE_END.test(last) : more <= 0) break;
    if (more !== undefined) surplus.set(last, more - 1);
  }
  return url.slice(0, end);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

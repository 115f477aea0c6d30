import { cutText } from '../lib/cut-text.ts';
import { oneLine } from './clean.ts';
import type { Digest, DigestMessage } from './digest.ts';
import { marker } from './reply-text.ts';
import type { Language } from './texts.ts';

/** What is to be read of a digest, whether as text or as HTML. */
export interface Reading {
  readonly digest: Digest;
  readonly language: Language;
  /** As the subject has it. */
  readonly title: string;
  /** Of the conversation; `undefined` when nobody has said where it is. */
  readonly url: string | undefined;
  readonly unsubscribeUrl: string;
  /** Whether answers to the e-mail become messages. */
  readonly takesReplies: boolean;
}

/** Of ten messages an answer brings all back, within what it may have as JSON. In bytes of that. */
const MAX_CONTENT_BYTES = 3_000;
const MAX_FILE_NAME_BYTES = 200;

export function textBody({
  digest,
  language,
  title,
  url,
  unsubscribeUrl,
  takesReplies,
}: Reading): string {
  const { texts } = language;
  const format = timeFormat(digest, language);
  const left = digest.count - digest.messages.length;
  const messages = digest.messages.map(
    (message) => `${format(message.createdAt)}\n${linesOf(message, language).join('\n')}`,
  );
  return `${[
    ...(takesReplies ? [marker(texts.replyAbove)] : []),
    title,
    ...(left > 0 ? [texts.earlier(left)] : []),
    ...messages,
    ...(url === undefined ? [] : [`${texts.open}:\n${url}`]),
    `-- \n${texts.why}\n${texts.unsubscribe}:\n${unsubscribeUrl}`,
  ].join('\n\n')}\n`;
}

/** Colours that are readable by themselves, also where a client takes the style sheet away, and others in the dark. */
const STYLE = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  body, main { background: #16181c !important; color: #e8eaed !important; }
  .message { background: #24272d !important; color: #e8eaed !important; }
  .quiet { color: #a3a8b0 !important; }
  a { color: #8ab4f8 !important; }
}`;

export function htmlBody({
  digest,
  language: { texts, locale, direction },
  language,
  title,
  url,
  unsubscribeUrl,
  takesReplies,
}: Reading): string {
  const format = timeFormat(digest, language);
  const left = digest.count - digest.messages.length;
  const messages = digest.messages.map(
    (message) => `
<div class="message" style="margin:12px 0;padding:12px 16px;border-radius:12px;background:#f1f3f4;color:#202124">
<div class="quiet" style="font-size:12px;color:#5f6368">${escape(format(message.createdAt))}</div>
${linesOf(message, language)
  .map(
    (line) =>
      `<div dir="auto" style="white-space:pre-wrap;overflow-wrap:anywhere">${escape(line)}</div>`,
  )
  .join('\n')}
</div>`,
  );
  return `<!doctype html>
<html lang="${escape(locale)}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<style>${STYLE}
</style>
</head>
<body dir="${direction}" style="margin:0;background:#ffffff;color:#202124">
<main style="max-width:560px;margin:0 auto;padding:16px;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;font-size:16px;line-height:1.5">
${takesReplies ? quiet(escape(marker(texts.replyAbove))) : ''}
<h1 dir="auto" style="margin:0 0 12px;font-size:20px">${escape(title)}</h1>
${left > 0 ? quiet(escape(texts.earlier(left))) : ''}
${messages.join('')}
${url === undefined ? '' : `<p style="margin:20px 0"><a href="${escape(url)}" style="color:#0b57d0;font-weight:600">${escape(texts.open)}</a></p>`}
${quiet(`${escape(texts.why)}<br><a href="${escape(unsubscribeUrl)}" style="color:#0b57d0">${escape(texts.unsubscribe)}</a>`)}
</main>
</body>
</html>
`;
}

const quiet = (html: string): string =>
  `<p class="quiet" style="margin:16px 0;font-size:13px;color:#5f6368">${html}</p>`;

/** Each is a paragraph of its own, so that none turns the direction of another. */
function linesOf({ content, attachments }: DigestMessage, { texts }: Language): string[] {
  const files = (attachments ?? []).map(({ name, contentType }) =>
    contentType.startsWith('image/') ? texts.photo : texts.file(oneLine(name, MAX_FILE_NAME_BYTES)),
  );
  return content === '' ? files : [cutText(content, MAX_CONTENT_BYTES), ...files];
}

/** In the reader's time zone, as far as it is known. */
function timeFormat({ timeZone }: Digest, { locale }: Language): (time: Date) => string {
  const formatIn = (zone: string): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'short',
      hour: 'numeric',
      minute: '2-digit',
      timeZone: zone,
      timeZoneName: 'short',
    });
  let format: Intl.DateTimeFormat;
  try {
    format = formatIn(timeZone ?? 'UTC');
  } catch {
    // Node's time zones are not the same in all its versions.
    format = formatIn('UTC');
  }
  return (time) => format.format(time);
}

export const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

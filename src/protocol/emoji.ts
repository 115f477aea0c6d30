/** Longest emoji, in UTF-16 code units: the longest of Unicode 16 has 35 bytes, and 15 units. */
const MAX_LENGTH = 32;
const EMOJI_STYLE = '\u{FE0F}';
// Literals with this flag need a later target than Node 20 is compiled for.
const RECOMMENDED = new RegExp(String.raw`^\p{RGI_Emoji}$`, 'v');
// Emoji of a later Unicode, and sequences that are not recommended for general use but that keyboards make.
const PICTURE = new RegExp(
  String.raw`^(?:\p{Regional_Indicator}{2}|\p{Extended_Pictographic}[\p{Extended_Pictographic}\p{Emoji_Modifier}\u{200D}\u{FE0F}\u{E0020}-\u{E007F}]*)$`,
  'v',
);

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What has to be told to be shown as a picture, unless a skin tone tells it (UTS #51, "fully-qualified emoji"). */
const TEXT_BY_DEFAULT = /(?!\p{Emoji_Presentation})(\p{Emoji})(?!\p{Emoji_Modifier})/gu;

const qualify = (text: string): string =>
  text.replaceAll(EMOJI_STYLE, '').replace(TEXT_BY_DEFAULT, `$1${EMOJI_STYLE}`);

/**
 * A single emoji (UTS #51), with skin tones, joined ones and flags; `undefined` when it is none, or more than one. Keyboards
 * leave out U+FE0F or write more of them than there should be: what Unicode recommends is taken, so that one emoji is one.
 */
export function normalizeEmoji(text: string): string | undefined {
  if (text === '' || text.length > MAX_LENGTH || !text.isWellFormed()) return undefined;
  if (RECOMMENDED.test(text)) return text;
  const [first, ...others] = graphemes.segment(text);
  if (first === undefined || others.length > 0) return undefined;
  const qualified = qualify(text);
  if (RECOMMENDED.test(qualified)) return qualified;
  return PICTURE.test(text) ? text : undefined;
}

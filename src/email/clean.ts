import { cutText } from '../lib/cut-text.ts';

/** Ends of lines, other controls, and what turns the text after it until it is taken back: embeddings, overrides and isolates (UAX #9). */
const NOT_SHOWN = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu;

/** A name on one line, whatever somebody called themselves: it stands in a header, and within a sentence. @param maxBytes as of {@link cutText} */
export const oneLine = (text: string, maxBytes: number): string =>
  cutText(text.replaceAll(NOT_SHOWN, ' ').replaceAll(/\s+/g, ' ').trim(), maxBytes);

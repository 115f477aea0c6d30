import type { Message } from '../../../client/types.ts';
import { filesHeight } from '../files/layout.ts';
import { isStored } from '../stored.ts';
import type { MessageRow, Row } from './rows.ts';

/** What heights are guessed from, in pixels. */
export interface Metrics {
  readonly lineHeight: number;
  /** Of a line of text in a bubble. */
  readonly lineWidth: number;
  readonly characterWidth: number;
}

// What message-styles.ts puts around the text: in lines, and in pixels.
const START_LINES = 2.47;
const DAY_LINES = 2.17;
const BUBBLE = 16;
const GAP = 2;
const GROUP_GAP = 10;
const META = 3;
const FAILURE = 14;
/** Around files and what is written with them, instead of `BUBBLE`; their bubble is that much wider than its lines. */
const FILES = 8;
const TEXT_WITH_FILES = 4;
const FILES_WIDER = 18;
/** Of reactions, with the space before them. */
const REACTION_WIDTH = 56;
const REACTION_HEIGHT = 32;
/** What a bubble is wider than its lines. */
const BUBBLE_WIDER = 26;
// Han, kana, hangul, full-width forms and emoji are about twice as wide.
const WIDE =
  /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\u{1f000}-\u{1faff}]/gu;

/**
 * Guesses the height a row will have. It is measured once it is drawn; the better the guess, the less has to be put right while
 * somebody scrolls.
 */
export class RowHeights {
  readonly #metrics: Metrics;
  /** They are asked for again and again, for thousands. */
  readonly #lines = new WeakMap<Message, number>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  guess(row: Row): number {
    const { lineHeight } = this.#metrics;
    switch (row.kind) {
      case 'start':
        return lineHeight * START_LINES;
      case 'day':
        return lineHeight * DAY_LINES;
      case 'message':
        return this.#message(row);
    }
  }

  #message({ message, endsGroup, hasMeta }: MessageRow): number {
    const { lineHeight } = this.#metrics;
    const gap = endsGroup ? GROUP_GAP : GAP;
    const meta = hasMeta ? META + lineHeight : 0;
    const failure = message.status === 'failed' ? FAILURE + 2 * lineHeight : 0;
    const reactions = isStored(message) ? this.#reactions(message.reactions.length) : 0;
    return this.#bubble(message) + reactions + meta + failure + gap;
  }

  #bubble(message: Message): number {
    const { lineHeight, lineWidth } = this.#metrics;
    const text = lineHeight * this.#linesOf(message);
    if (message.attachments.length === 0) return BUBBLE + text;
    const files = FILES + filesHeight(message.attachments, lineWidth + FILES_WIDER);
    return message.content === '' ? files : files + TEXT_WITH_FILES + text;
  }

  #reactions(count: number): number {
    const perRow = Math.max(
      1,
      Math.floor((this.#metrics.lineWidth + BUBBLE_WIDER) / REACTION_WIDTH),
    );
    return Math.ceil(count / perRow) * REACTION_HEIGHT;
  }

  #linesOf(message: Message): number {
    let lines = this.#lines.get(message);
    if (lines === undefined) {
      const { lineWidth, characterWidth } = this.#metrics;
      const perLine = Math.max(1, lineWidth / characterWidth);
      lines = 0;
      for (const line of message.content.split('\n')) lines += wrapped(line, perLine);
      this.#lines.set(message, lines);
    }
    return lines;
  }
}

/** As many lines as a line becomes: broken between words, and in those that are longer than one. */
function wrapped(line: string, perLine: number): number {
  let lines = 1;
  let used = 0;
  for (const word of line.split(' ')) {
    const width = word.length + (word.match(WIDE)?.length ?? 0);
    if (used > 0 && used + 1 + width > perLine) {
      lines += 1;
      used = 0;
    }
    used += (used > 0 ? 1 : 0) + width;
    const more = Math.max(0, Math.ceil(used / perLine) - 1);
    lines += more;
    used -= more * perLine;
  }
  return lines;
}

/** Begins the part of our e-mails that an answer may quote, in any language, and however it is quoted. */
const [BEGIN, END] = ['##-', '-##'];
export const marker = (text: string): string => `${BEGIN} ${text} ${END}`;

function isMarked(line: string): boolean {
  const at = line.indexOf(BEGIN);
  return at >= 0 && line.includes(END, at + BEGIN.length);
}

const QUOTED = /^\s*>/;
/** RFC 3676, section 4.3; the blank at the end gets lost. */
const SIGNATURE = /^-- ?$/;
/** Clients that mark no lines put a line before all that they quote. */
const DIVIDER =
  /^(_{20,}|-{3,} ?(Original Message|Ursprüngliche Nachricht|الرسالة الأصلية) ?-{3,})$/iu;
const INTRODUCTION = /^(On|Am)\s.*\s(wrote|schrieb)\b.*:$|^في\s.*كتب.*:$/u;
/** Clients break long lines. */
const MAX_INTRODUCTION_LINES = 3;
/** Longer ones are somebody's own, and take long to look at. */
const MAX_INTRODUCTION = 400;

/**
 * What somebody has written themselves in an e-mail that answers one of ours: without what they quote, and without their signature. May be
 * empty.
 */
export function replyText(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, '\n').replaceAll('\0', '').split('\n');
  const own: string[] = [];
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    const quoted = QUOTED.test(line);
    if (!quoted && (isMarked(line) || SIGNATURE.test(line) || DIVIDER.test(line.trim()))) break;
    const introduction = introductionAt(lines, i);
    if (introduction > 0) {
      const next = lines.slice(i + introduction).find((one) => one.trim() !== '');
      // What is not marked as quoted goes on to the end.
      if (next === undefined || !QUOTED.test(next)) break;
      i += introduction - 1;
    } else if (!quoted) own.push(line.trimEnd());
  }
  return own
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

/** @returns how many lines say when somebody wrote what follows; 0 when none do */
function introductionAt(lines: readonly string[], at: number): number {
  for (let count = 1; count <= MAX_INTRODUCTION_LINES; count += 1) {
    const text = lines.slice(at, at + count).map((line) => line.trim());
    const whole = text.join(' ');
    if (text.includes('') || whole.length > MAX_INTRODUCTION) return 0;
    if (INTRODUCTION.test(whole)) return count;
  }
  return 0;
}

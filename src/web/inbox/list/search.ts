/** Compared without case, accents, and the different ways to write one letter. */
const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\u0640]/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss');

/** @returns whether every word of `query` is the beginning, or a part, of something in `texts` */
export function matcher(query: string): (texts: readonly (string | undefined)[]) => boolean {
  const words = fold(query).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return () => true;
  return (texts) => {
    const text = fold(texts.join('\n'));
    return words.every((word) => text.includes(word));
  };
}

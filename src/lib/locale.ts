const ENGLISH = { tag: 'en', language: 'en' } as const;

/** @param tag BCP 47, or whatever somebody calls a language; English when it is none */
export function parseLocale(tag: string | null): {
  readonly tag: string;
  readonly language: string;
} {
  if (tag === null) return ENGLISH;
  try {
    const locale = new Intl.Locale(tag.replaceAll('_', '-'));
    return { tag: locale.toString(), language: locale.language };
  } catch {
    return ENGLISH;
  }
}

/** @param tag BCP 47, or whatever somebody calls a language; English when it is none */
export function parseLocale(tag: string | null): {
  readonly tag: string;
  readonly language: string;
} {
  try {
    const locale = new Intl.Locale((tag ?? 'en').replaceAll('_', '-'));
    return { tag: locale.toString(), language: locale.language };
  } catch {
    return { tag: 'en', language: 'en' };
  }
}

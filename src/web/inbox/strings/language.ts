import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import type { Strings } from './strings.ts';

const translations: Readonly<Record<string, Strings>> = { en, de, ar };

const rightToLeft = new Set('ar arc ckb dv fa he ks nqo pnb prs ps sd syr ug ur yi'.split(' '));

export interface Language {
  readonly strings: Strings;
  /** BCP 47: that of the strings, so that a date is never of another language than the text around it. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
}

/**
 * @param tag BCP 47, or whatever stands in an attribute `lang`
 * @param own the page's own translation, in that language
 */
export function languageOf(tag: string, own?: Strings): Language {
  const { locale, language } = parse(tag);
  const strings = own ?? translations[language];
  return strings === undefined
    ? { strings: en, locale: 'en', direction: 'ltr' }
    : { strings, locale, direction: rightToLeft.has(language) ? 'rtl' : 'ltr' };
}

const parse = (tag: string): { locale: string; language: string } => {
  try {
    const locale = new Intl.Locale(tag.replaceAll('_', '-'));
    return { locale: locale.toString(), language: locale.language };
  } catch {
    return { locale: 'en', language: 'en' };
  }
};

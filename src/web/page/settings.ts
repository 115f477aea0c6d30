import { LANGUAGES, type Language } from './strings.ts';

type Theme = 'auto' | 'light' | 'dark';

export interface Settings {
  readonly language: Language;
  readonly theme: Theme;
}

const KEY = 'flohmarkt';

/** The reader's choice, which all windows share. */
export function readSettings(): Settings {
  const { language, theme } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>;
  const isKnown = language !== undefined && isLanguage(language);
  return { language: isKnown ? language : preferred(), theme: theme ?? 'auto' };
}

/** Calls back at once, and when this or another window chooses something else. */
export function followSettings(apply: (settings: Settings) => void): void {
  addEventListener('storage', () => apply(readSettings()));
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLSelectElement)) return;
    localStorage.setItem(KEY, JSON.stringify({ ...readSettings(), [target.name]: target.value }));
    apply(readSettings());
  });
  apply(readSettings());
}

const isLanguage = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);

const preferred = (): Language =>
  navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';

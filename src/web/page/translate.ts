import { find } from './element.ts';
import type { Settings } from './settings.ts';
import { LANGUAGES, type PageStrings, STRINGS } from './strings.ts';

/** What of the page is plain text, as the template marks it: `data-text="headline"`, `data-label="theme"`. */
export function translatePage({ language, theme }: Settings): void {
  const root = document.documentElement;
  root.lang = language;
  root.dir = LANGUAGES[language].direction;
  root.dataset['theme'] = theme;
  find('select[name=language]', HTMLSelectElement).value = language;
  find('select[name=theme]', HTMLSelectElement).value = theme;
  for (const node of document.querySelectorAll<HTMLElement>('[data-text]'))
    node.textContent = plain(STRINGS[language], node.dataset['text']);
  for (const node of document.querySelectorAll<HTMLElement>('[data-label]')) {
    node.ariaLabel = plain(STRINGS[language], node.dataset['label']);
    if (node instanceof HTMLButtonElement) node.title = node.ariaLabel;
  }
}

function plain(strings: PageStrings, key: string | undefined): string {
  const text = strings[key as keyof PageStrings];
  if (typeof text !== 'string') throw new Error(`the page has no plain text ${key}`);
  return text;
}

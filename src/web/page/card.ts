import type { DemoListing, DemoPerson } from '../demo-catalogue.ts';
import { element } from './element.ts';
import type { Language } from './strings.ts';
import { STRINGS } from './strings.ts';

export interface Card {
  readonly node: HTMLElement;
  update(language: Language, isAsked: boolean): void;
}

/** A listing as the market shows it. `ask`: `undefined` for the seller's own. */
export function createCard(
  { id, title, euros, pictureUrl }: DemoListing,
  seller: DemoPerson,
  ask: (() => Promise<void>) | undefined,
): Card {
  const heading = element('h2', {});
  const price = element('p', { className: 'price' });
  const avatar = element('img', { src: seller.pictureUrl, alt: '', width: 24, height: 24 });
  const button = element('button', { type: 'button', className: 'ask' });
  const own = element('span', { className: 'own' });
  let isAsking = false;
  button.addEventListener('click', () => {
    if (ask === undefined || isAsking) return;
    isAsking = true;
    void ask().finally(() => (isAsking = false));
  });
  const picture = element('img', { src: pictureUrl, alt: '', width: 400, height: 300 });
  const node = element(
    'li',
    { id: anchorOf(id) },
    picture,
    heading,
    price,
    element('p', { className: 'seller' }, avatar, seller.name),
    ask === undefined ? own : button,
  );
  return {
    node,
    update(language, isAsked) {
      const strings = STRINGS[language];
      heading.textContent = title[language];
      price.textContent = priceIn(language, euros);
      own.textContent = strings.own;
      button.textContent = isAsked ? strings.askAgain : strings.ask;
      button.ariaLabel = `${button.textContent}, ${strings.about(title[language])}`;
    },
  };
}

/** Where a listing stands on the page. */
export const anchorOf = (id: number): string => `listing-${id}`;

export const priceIn = (language: Language, euros: number): string =>
  euros.toLocaleString(language, { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });

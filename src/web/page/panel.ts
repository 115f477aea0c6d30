import { find } from './element.ts';

/** Where there is room the inbox stands beside the listings; else in their place. page.css has it too. */
const ROOM = matchMedia('(width >= 60rem)');

export interface Panel {
  open(): void;
}

/** The inbox's place on the page, and the two buttons in the header that open, widen and close it. */
export function createPanel(): Panel {
  const { body } = document;
  const panel = find('aside', HTMLElement);
  const opener = find('button.messages', HTMLButtonElement);
  const widener = find('button.widen', HTMLButtonElement);
  let scrolledTo = 0;

  const show = (state: 'closed' | 'open' | 'wide'): void => {
    const hidListings = hidesListings();
    if (!hidListings) scrolledTo = scrollY;
    panel.hidden = state === 'closed';
    widener.hidden = state === 'closed' || !ROOM.matches;
    body.classList.toggle('open', state !== 'closed');
    body.classList.toggle('wide', state === 'wide');
    opener.ariaExpanded = String(state !== 'closed');
    widener.ariaPressed = String(state === 'wide');
    if (hidListings && !hidesListings()) scrollTo({ top: scrolledTo, behavior: 'instant' });
  };
  const isOpen = (): boolean => !panel.hidden;
  const isWide = (): boolean => body.classList.contains('wide');
  const hidesListings = (): boolean => isOpen() && (isWide() || !ROOM.matches);

  opener.addEventListener('click', () => show(isOpen() ? 'closed' : 'open'));
  widener.addEventListener('click', () => show(isWide() ? 'open' : 'wide'));
  ROOM.addEventListener('change', () => show(isOpen() ? 'open' : 'closed'));
  // A conversation's title leads to its listing.
  addEventListener('hashchange', () => {
    if (hidesListings()) show(ROOM.matches ? 'open' : 'closed');
    document.querySelector(':target')?.scrollIntoView();
  });
  if (ROOM.matches || location.hash === '#inbox') show('open');
  return {
    open() {
      if (!isOpen()) show('open');
    },
  };
}

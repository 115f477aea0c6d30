import type { DemoPerson } from '../demo-catalogue.ts';
import { element } from './element.ts';

/** One may be anyone here, in each window someone else. */
export const personLinks = (people: readonly DemoPerson[], me: DemoPerson): HTMLElement[] =>
  people.map(({ key, name, pictureUrl }) => {
    const picture = element('img', { src: pictureUrl, alt: '', width: 28, height: 28 });
    const link = element('a', { href: `/?as=${key}` }, picture, name);
    if (key === me.key) link.ariaCurrent = 'page';
    return element('li', {}, link);
  });

import { expect, it } from 'vitest';
import { matcher } from './search.ts';

const texts = ['Rennrad „Straße“ 54 cm', 'Zoë Müller', undefined, 'مُحَمَّد'];

it.each(['', '  ', 'rennrad', 'zoe', 'muller', 'STRASSE', 'mül 54', 'محمد', 'ＺＯＥ'])(
  'finds "%s"',
  (query) => expect(matcher(query)(texts)).toBe(true),
);

it.each(['rennrads', 'zoe meier', 'undefined', '.*'])('does not find "%s"', (query) =>
  expect(matcher(query)(texts)).toBe(false),
);

it('no word reaches from one text into the next', () => {
  expect(matcher('cmzo')(texts)).toBe(false);
});

import { expect, it } from 'vitest';
import { Subject } from '../../client/observable.ts';
import type { ParleyClient } from '../../client/types.ts';
import type { InboxContext } from './context.ts';
import { otherParty } from './parties.ts';
import { en } from './strings/en.ts';

const context = (userId: string | undefined): InboxContext => ({
  client: { userId: new Subject(userId) } as unknown as ParleyClient,
  directory: {
    listing: () => undefined,
    person: (id) => (id === 'known' ? { id, name: 'Ann' } : undefined),
    version: new Subject(0),
  },
  strings: en,
  locale: 'en',
});

it('is the one that the reader is not', () => {
  const parties = { buyerId: 'known', sellerId: 'unknown' };
  expect(otherParty(parties, context('unknown'))).toEqual({ id: 'known', name: 'Ann' });
  expect(otherParty(parties, context('known'))).toEqual({ id: 'unknown', name: 'Seller' });
});

it('a buyer that nobody knows is a buyer', () => {
  expect(otherParty({ buyerId: 'b', sellerId: 's' }, context('s')).name).toBe('Buyer');
});

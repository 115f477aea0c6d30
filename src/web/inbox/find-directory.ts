import { Subject } from '../../client/observable.ts';
import type { Directory, FindListings, FindPeople } from './directory.ts';
import { Lookup } from './lookup.ts';

interface Finders {
  readonly findListings?: FindListings | undefined;
  readonly findPeople?: FindPeople | undefined;
}

/**
 * A directory that asks the page; without functions to ask it knows nothing.
 *
 * @param finders read at each question: frameworks make new functions at each rendering
 */
export function findDirectory(finders: Finders): Directory {
  const version = new Subject(0);
  const onMore = (): void => version.set(version.get() + 1);
  const listings = new Lookup(
    () => finders.findListings,
    ({ id, title }) => (typeof title === 'string' ? String(id) : undefined),
    onMore,
  );
  const people = new Lookup(
    () => finders.findPeople,
    // Ids are lower case here; a database may say otherwise.
    ({ id, name }) =>
      typeof name === 'string' && typeof id === 'string' ? id.toLowerCase() : undefined,
    onMore,
  );
  return {
    version,
    listing: (id) => listings.get(id),
    person: (id) => people.get(id),
  };
}

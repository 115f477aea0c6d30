import type { Observable } from '../../client/types.ts';

/** What the marketplace knows of a listing. Parley stores only its id. */
export interface Listing {
  readonly id: number;
  readonly title: string;
  readonly pictureUrl?: string | null | undefined;
  /** As it is shown, with its currency. */
  readonly price?: string | null | undefined;
  /** Where its title leads to. */
  readonly url?: string | null | undefined;
}

/** What the marketplace knows of a user. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly pictureUrl?: string | null | undefined;
}

/** Look up listings and people by id, several at once; who is left out is shown without. */
export type FindListings = (ids: readonly number[]) => Promise<readonly Listing[]>;
export type FindPeople = (ids: readonly string[]) => Promise<readonly Person[]>;

/** The listings and people that the marketplace told of so far; the others are asked for, all of a moment in one call. */
export interface Directory {
  /** Asks for it when it is not known. Undefined until then. */
  listing(id: number): Listing | undefined;
  person(id: string): Person | undefined;
  /** Goes up when more is known. */
  readonly version: Observable<number>;
}

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FindListings, FindPeople } from './directory.ts';
import { findDirectory } from './find-directory.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(0);
const listing = (id: number) => ({ id, title: `Bike ${id}` });

it('asks for all of a turn at once, and never twice', async () => {
  const findListings = vi.fn<FindListings>((ids) => Promise.resolve(ids.map(listing)));
  const directory = findDirectory({ findListings });
  expect([1, 2, 1].map((id) => directory.listing(id))).toEqual([undefined, undefined, undefined]);
  expect(findListings).not.toHaveBeenCalled();
  await settle();
  expect(findListings.mock.calls).toEqual([[[1, 2]]]);
  expect(directory.listing(2)).toEqual(listing(2));
  expect(directory.version.get()).toBe(1);
  directory.listing(3);
  await settle();
  expect(findListings.mock.lastCall).toEqual([[3]]);
});

it('does not ask again while it is being asked', async () => {
  const findListings = vi.fn<FindListings>(() => new Promise(() => {}));
  const directory = findDirectory({ findListings });
  directory.listing(1);
  await settle();
  directory.listing(1);
  await vi.advanceTimersByTimeAsync(3_600_000);
  directory.listing(1);
  await settle();
  expect(findListings).toHaveBeenCalledOnce();
});

it.each([
  ['rejects', () => Promise.reject(new Error('down'))],
  [
    'throws',
    () => {
      throw new Error('down');
    },
  ],
  ['gives nonsense', () => Promise.resolve(7 as never)],
])('asks again later when the page %s', async (_, fail) => {
  const findPeople = vi.fn<(ids: readonly string[]) => Promise<{ id: string; name: string }[]>>();
  findPeople.mockImplementationOnce(fail).mockResolvedValue([{ id: 'A', name: 'Ann' }]);
  const directory = findDirectory({ findPeople });
  expect(directory.person('a')).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1_999);
  directory.person('a');
  await settle();
  expect(findPeople).toHaveBeenCalledOnce();
  const shown = vi.fn<() => void>(() => void directory.person('a'));
  directory.version.subscribe(shown);
  await vi.advanceTimersByTimeAsync(1);
  expect(findPeople).toHaveBeenCalledTimes(2);
  // Told when there was something to ask for, and when it had come, however the id is written.
  expect(shown).toHaveBeenCalledTimes(3);
  expect(directory.person('a')).toEqual({ id: 'A', name: 'Ann' });
});

it('shows what makes sense of an answer', async () => {
  const answer = [null, {}, { id: 5, name: 'Five' }, { id: 'c', name: 'Cem' }] as never;
  const directory = findDirectory({ findPeople: () => Promise.resolve(answer) });
  directory.person('c');
  await settle();
  expect(directory.person('c')?.name).toBe('Cem');
  expect(directory.version.get()).toBe(1);
});

it('who is left out is asked for again much later', async () => {
  const findPeople = vi.fn<FindPeople>(() =>
    Promise.resolve([{ id: 'b', name: undefined as never }]),
  );
  const directory = findDirectory({ findPeople });
  directory.person('b');
  await vi.advanceTimersByTimeAsync(10 * 60_000 - 1);
  expect(directory.person('b')).toBeUndefined();
  await settle();
  expect(findPeople).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(1);
  directory.person('b');
  await settle();
  expect(findPeople).toHaveBeenCalledTimes(2);
});

it('knows nothing when there is nobody to ask', async () => {
  const directory = findDirectory({});
  expect(directory.listing(1)).toBeUndefined();
  await settle();
  expect(directory.version.get()).toBe(0);
});

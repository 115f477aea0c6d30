import { expect, it } from 'vitest';
import { place } from './place.ts';

const space = { width: 400, height: 600 };
const size = { width: 200, height: 300 };
const anchor = (left: number, top: number) => ({ left, top, width: 30, height: 30 });

it('stands below, else above', () => {
  expect(place(anchor(10, 10), size, space).top).toBe(46);
  expect(place(anchor(10, 500), size, space).top).toBe(194);
});

it('opens to where there is room', () => {
  expect(place(anchor(20, 10), size, space).left).toBe(20);
  expect(place(anchor(300, 10), size, space).left).toBe(130);
});

it('stays in the window, from its beginning where it is too small', () => {
  expect(place(anchor(150, 290), size, space)).toEqual({ left: 150, top: 292 });
  expect(place(anchor(0, 0), { width: 500, height: 700 }, space)).toEqual({ left: 0, top: 0 });
});

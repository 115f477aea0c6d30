import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Subject } from './observable.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a listener that throws stops nobody, and is reported', () => {
  const subject = new Subject(1);
  const seen: number[] = [];
  subject.subscribe((value) => {
    if (value === 2) throw new Error('mine');
  });
  subject.subscribe((value) => seen.push(value));
  subject.set(2);
  expect(seen).toEqual([1, 2]);
  expect(() => vi.runAllTimers()).toThrow('mine');
});

test('a listener sets another value: nobody is told an old one after a new one', () => {
  const subject = new Subject(1);
  const seen: number[] = [];
  subject.subscribe((value) => {
    if (value === 2) subject.set(3);
  });
  const leave = subject.subscribe((value) => seen.push(value));
  subject.set(2);
  expect(seen).toEqual([1, 3]);
  leave();
  subject.set(4);
  expect(seen).toEqual([1, 3]);
});

import { expect, onTestFinished, test, vi } from 'vitest';
import { sparing } from './sparing.ts';

test('the first is passed on, then one in the interval, with how many were left out', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const reported: [number, string][] = [];
  const report = sparing(1_000, (leftOut, text: string) => void reported.push([leftOut, text]));
  report('a');
  report('b');
  vi.advanceTimersByTime(999);
  report('c');
  vi.advanceTimersByTime(1);
  report('d');
  vi.advanceTimersByTime(1_000);
  report('e');
  expect(reported).toEqual([
    [0, 'a'],
    [2, 'd'],
    [0, 'e'],
  ]);
});

import { beforeEach, expect, test } from 'vitest';
import { Arrivals } from '../lib/arrivals.ts';

let reports: string[];
let arrivals: Arrivals;
const note = (...seqs: number[]): boolean[] => seqs.map((seq) => arrivals.note(seq));

beforeEach(() => {
  reports = [];
  arrivals = new Arrivals((violation, evidence, count = 1) =>
    reports.push(`${count} ${violation}: ${evidence}`),
  );
});

test('every change once and in order breaks nothing', () => {
  expect(note(1, 2, 3)).toEqual([true, true, true]);
  arrivals.finish(3);
  expect(reports).toEqual([]);
});

test('a new socket may begin with what the one before had, and leaves nothing out', () => {
  note(1, 2, 3);
  arrivals.startSocket();
  expect(note(2, 3, 4)).toEqual([false, false, true]);
  arrivals.startSocket();
  expect(note(5)).toEqual([true]);
  arrivals.finish(5);
  expect(reports).toEqual([]);
});

test('what never comes is lost, between others and at the end', () => {
  note(1, 3);
  expect([arrivals.has(1), arrivals.has(2), arrivals.has(3)]).toEqual([true, false, true]);
  arrivals.finish(5);
  expect(reports).toEqual(['1 lost: 2 never came', '2 lost: 4 to 5 never came']);
});

test('a hole at the beginning of a replay is lost too', () => {
  note(1, 2);
  arrivals.startSocket();
  note(4);
  arrivals.finish(4);
  expect(reports).toEqual(['1 lost: 3 never came']);
});

test('a replay that leaves out what the socket before had is counted', () => {
  note(1, 2, 3, 4);
  arrivals.startSocket();
  note(1, 4);
  expect(reports).toEqual(['2 lost: 4 was replayed right after 1']);
});

test('what comes twice on one socket is duplicated', () => {
  note(1, 2, 2);
  arrivals.startSocket();
  note(2, 2, 1);
  expect(reports).toEqual([
    '1 duplicated: 2 came again after 2',
    '1 duplicated: 2 came again after 2',
    '1 duplicated: 1 came again after 2',
  ]);
});

test('what comes after a later one is out of order, and not lost', () => {
  expect(note(1, 3, 2, 4)).toEqual([true, true, true, true]);
  arrivals.finish(4);
  expect(reports).toEqual(['1 out of order: 2 came after 3']);
});

test('what was read over REST counts as come', () => {
  note(1);
  arrivals.startSocket();
  arrivals.skipTo(7);
  expect(note(8)).toEqual([true]);
  arrivals.finish(8);
  expect(reports).toEqual([]);
});

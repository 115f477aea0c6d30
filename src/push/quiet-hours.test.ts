import { expect, it, test } from 'vitest';
import { quietUntil } from './quiet-hours.ts';

const minutes = (text: string): number => {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
};
const hours = (from: string, to: string, timeZone = 'Europe/Berlin') => ({
  from: minutes(from),
  to: minutes(to),
  timeZone,
});
const endOf = (quiet: ReturnType<typeof hours>, now: string): string | undefined => {
  const until = quietUntil(quiet, Date.parse(now));
  return until === undefined ? undefined : new Date(until).toISOString();
};

test.each([
  // CET is UTC+1, CEST UTC+2.
  ['during the day', '13:00', '15:00', '2026-01-10T13:30:20.500Z', '2026-01-10T14:00:00.000Z'],
  ['before', '13:00', '15:00', '2026-01-10T11:59:59.999Z', undefined],
  ['at the beginning', '13:00', '15:00', '2026-01-10T12:00:00.000Z', '2026-01-10T14:00:00.000Z'],
  ['at the end', '13:00', '15:00', '2026-01-10T14:00:00.000Z', undefined],
  [
    'over midnight, before it',
    '22:00',
    '07:00',
    '2026-01-10T22:30:00.000Z',
    '2026-01-11T06:00:00.000Z',
  ],
  [
    'over midnight, after it',
    '22:00',
    '07:00',
    '2026-01-11T02:30:00.000Z',
    '2026-01-11T06:00:00.000Z',
  ],
  ['over midnight, by day', '22:00', '07:00', '2026-01-11T12:30:00.000Z', undefined],
  // Clocks were put forward on 29 March 2026 at 01:00Z, back on 25 October 2026 at 01:00Z.
  [
    'the night that is an hour shorter',
    '22:00',
    '07:00',
    '2026-03-28T22:00:00.000Z',
    '2026-03-29T05:00:00.000Z',
  ],
  [
    'the night that is an hour longer',
    '22:00',
    '07:00',
    '2026-10-24T21:00:00.000Z',
    '2026-10-25T06:00:00.000Z',
  ],
])('%s', (_, from, to, now, end) => {
  expect(endOf(hours(from, to), now)).toBe(end);
});

it('takes a time zone with a half hour', () => {
  expect(endOf(hours('22:00', '07:00', 'Asia/Kolkata'), '2026-01-10T20:00:00.000Z')).toBe(
    '2026-01-11T01:30:00.000Z',
  );
});

it('goes by UTC in a time zone that nobody knows', () => {
  expect(endOf(hours('22:00', '07:00', 'Mars/Olympus'), '2026-01-10T23:00:00.000Z')).toBe(
    '2026-01-11T07:00:00.000Z',
  );
});

it('ends at some time, later than now and within a day, whatever the clocks do', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
  const starts = [
    '2026-03-28T00:00Z',
    '2026-10-24T00:00Z',
    '2026-04-04T00:00Z',
    '2026-11-01T00:00Z',
  ];
  const ranges = [
    ['22:00', '07:00'],
    ['01:00', '02:30'],
    ['02:15', '02:45'],
    ['00:00', '23:59'],
    ['23:59', '00:00'],
  ] as const;
  for (const zone of zones)
    for (const [from, to] of ranges)
      for (const start of starts)
        for (let minute = 0; minute < 2_880; minute += 13) {
          const quiet = hours(from, to, zone);
          const now = Date.parse(start) + minute * 60_000;
          const until = quietUntil(quiet, now);
          if (until === undefined) continue;
          expect(until).toBeGreaterThan(now);
          // Where the clocks are put back it may be quiet again.
          expect(until - now).toBeLessThanOrEqual(25 * 3_600_000);
        }
});

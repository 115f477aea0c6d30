import { describe, expect, test } from 'vitest';
import { OptionError } from './arguments.ts';
import { parseOptions } from './options.ts';

const ROWS = ['saturation', 'idle', 'pages'];
const parse = (...args: string[]) => parseOptions(args, ROWS, '/results');

test('without any, all rows are measured three times, small', () => {
  expect(parse()).toEqual({ full: false, help: false, only: ROWS, reps: 3, out: '/results' });
});

test('each does as it says', () => {
  expect(parse('--full', '--only', 'idle', '--reps', '1', '--out', '/tmp/here')).toEqual({
    full: true,
    help: false,
    only: ['idle'],
    reps: 1,
    out: '/tmp/here',
  });
  expect(parse('--help').help).toBe(true);
  expect(parse('-h').help).toBe(true);
});

test('rows come in the order of the table, each once', () => {
  expect(parse('--only', 'pages, saturation,pages').only).toEqual(['saturation', 'pages']);
});

describe('a mistake is told in one line', () => {
  test.each([
    [
      ['--only', 'idle,nothing'],
      "--only: there is no row 'nothing'; there are saturation, idle, pages",
    ],
    [['--only', ''], "--only: there is no row ''; there are saturation, idle, pages"],
    [['--reps', '0'], "--reps must be a number from 1 to 20, not '0'"],
    [['--reps', '21'], "--reps must be a number from 1 to 20, not '21'"],
    [['--reps', '1.5'], "--reps must be a number from 1 to 20, not '1.5'"],
    [['--reps', '1e1'], "--reps must be a number from 1 to 20, not '1e1'"],
    [['--reps='], "--reps must be a number from 1 to 20, not ''"],
    [['--out='], '--out must be a folder'],
    [['--rep', '3'], "Unknown option '--rep'; --help lists the options"],
    [['idle'], "Unexpected argument 'idle'; --help lists the options"],
    [['--out'], "Option '--out <value>' argument missing; --help lists the options"],
    [['--reps', '-1'], "Option '--reps' argument is ambiguous; --help lists the options"],
  ])('%j', (args, message) => {
    expect(() => parse(...args)).toThrow(new OptionError(message));
  });
});

import { expect, test } from 'vitest';
import { parseReplayArguments } from './replay-arguments.ts';

test('without arguments it is all of them', () => {
  expect(parseReplayArguments([])).toEqual({
    since: undefined,
    type: undefined,
    isDryRun: false,
  });
});

test('a day, a time, a type', () => {
  expect(
    parseReplayArguments(['--since', '2026-11-28', '--type', 'message.created', '--dry-run']),
  ).toEqual({
    since: new Date('2026-11-28T00:00:00Z'),
    type: 'message.created',
    isDryRun: true,
  });
  expect(parseReplayArguments(['--since=2026-11-28T18:30Z']).since).toEqual(
    new Date('2026-11-28T18:30:00Z'),
  );
});

test.each([
  [['--since', 'yesterday'], '--since must be a day or a time in UTC'],
  [['--since', '2026-13-01'], '--since must be a day or a time in UTC'],
  [['--since', '2026-11-28T18:30'], '--since must be a day or a time in UTC'],
  [['--since'], '--since'],
  [
    ['--type', 'message'],
    '--type must be one of message.created, conversation.created, message.unread',
  ],
  [['--all'], '--all'],
  [['now'], 'now'],
])('%j is refused', (args, text) => {
  expect(() => parseReplayArguments(args)).toThrow(text);
});

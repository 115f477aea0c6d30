import { describe, expect, test } from 'vitest';
import { OptionError } from '../arguments.ts';
import { parseOptions } from './options.ts';

test('a script alone runs with its own defaults on a local cluster', () => {
  expect(parseOptions(['smoke'])).toEqual({ help: false, script: 'smoke', urls: [], env: {} });
});

test('each option does as it says', () => {
  const args = ['soak', '--url', 'http://a:8081', '--url', 'https://b/', '--vus', '20'];
  expect(parseOptions([...args, '--duration', '1h30m', '--rate', '0.5', '--p99', '100'])).toEqual({
    help: false,
    script: 'soak',
    urls: ['http://a:8081', 'https://b'],
    env: { VUS: '20', DURATION: '1h30m', RATE: '0.5', P99_MS: '100' },
  });
  expect(parseOptions(['--help']).help).toBe(true);
});

describe('a mistake is told in one line', () => {
  test.each([
    [[], 'name one script: smoke, soak, spike, scale'],
    [['toString'], 'name one script: smoke, soak, spike, scale'],
    [['smoke', 'soak'], 'name one script: smoke, soak, spike, scale'],
    [['smoke', '--url', 'host:8080'], "--url must be such as http://host:8080, not 'host:8080'"],
    [['smoke', '--url', 'http://a/b'], "--url must be such as http://host:8080, not 'http://a/b'"],
    [['smoke', '--url', 'ftp://a'], "--url must be such as http://host:8080, not 'ftp://a'"],
    [['smoke', '--vus', '0'], "--vus must be a number of conversations, not '0'"],
    [['smoke', '--duration', '30'], "--duration must be a time such as 30s, 5m or 1h30m, not '30'"],
    [['smoke', '--duration='], "--duration must be a time such as 30s, 5m or 1h30m, not ''"],
    [['smoke', '--rate', '0.0'], "--rate must be messages a second of each user, not '0.0'"],
    [['smoke', '--speed', '1'], "Unknown option '--speed'; --help lists the options"],
  ])('%j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(new OptionError(message));
  });
});

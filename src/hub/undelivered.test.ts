import { describe, expect, test } from 'vitest';
import { Undelivered } from './undelivered.ts';

const LIMIT = 256;

const add = (undelivered: Undelivered, bytes: number, buffered: () => number): boolean =>
  undelivered.add(bytes) || undelivered.recount(buffered());

describe('the number of messages that wait', () => {
  test('up to 256 nobody is asked how much waits', () => {
    const undelivered = new Undelivered();
    for (let i = 0; i < LIMIT; i += 1) {
      expect(add(undelivered, 100, () => expect.fail('asked'))).toBe(true);
    }
  });

  test('257 that all wait are too many', () => {
    const undelivered = new Undelivered();
    for (let i = 0; i < LIMIT; i += 1) add(undelivered, 100, () => 0);
    expect(add(undelivered, 100, () => 257 * 100)).toBe(false);
  });

  test('256 waiting at most is allowed, for as long as that holds', () => {
    const undelivered = new Undelivered();
    for (let i = 0; i < 10_000; i += 1) {
      expect(add(undelivered, 100, () => 256 * 100)).toBe(true);
    }
    expect(add(undelivered, 100, () => 257 * 100)).toBe(false);
  });

  test('a socket that takes everything may be sent any number', () => {
    const undelivered = new Undelivered();
    let refused = 0;
    for (let i = 0; i < 100_000; i += 1) if (!add(undelivered, 4_500, () => 0)) refused += 1;
    expect(refused).toBe(0);
  });

  test('after it caught up it counts afresh', () => {
    const undelivered = new Undelivered();
    for (let i = 0; i < LIMIT + 1; i += 1) add(undelivered, 100, () => 0);
    let sent = 0;
    while (add(undelivered, 10, () => (sent + 1) * 10)) sent += 1;
    expect(sent).toBe(LIMIT);
  });

  test('what waits is never counted as more than was sent', () => {
    const undelivered = new Undelivered();
    for (let i = 0; i < LIMIT + 1; i += 1) add(undelivered, 100, () => 0);
    for (let i = 0; i < LIMIT; i += 1) expect(add(undelivered, 1, () => 1_000_000)).toBe(true);
  });
});

describe('the time without progress', () => {
  const ALLOWED = 10_000;

  test('nothing waiting is always fine', () => {
    const undelivered = new Undelivered();
    for (const now of [0, 50_000, 900_000]) expect(undelivered.check(0, now)).toBe(true);
  });

  test('10 s in which nothing was written are too long', () => {
    const undelivered = new Undelivered();
    expect(undelivered.check(500, 100_000)).toBe(true);
    expect(undelivered.check(500, 100_000 + ALLOWED - 1)).toBe(true);
    expect(undelivered.check(500, 100_000 + ALLOWED)).toBe(false);
  });

  test('more waiting is no progress', () => {
    const undelivered = new Undelivered();
    undelivered.check(500, 0);
    expect(undelivered.check(5_000, 5_000)).toBe(true);
    expect(undelivered.check(50_000, ALLOWED)).toBe(false);
  });

  test('less waiting is', () => {
    const undelivered = new Undelivered();
    undelivered.check(500, 0);
    expect(undelivered.check(499, 9_000)).toBe(true);
    expect(undelivered.check(499, 9_000 + ALLOWED - 1)).toBe(true);
    expect(undelivered.check(499, 9_000 + ALLOWED)).toBe(false);
  });

  test('so is a drain, even when more came than went', () => {
    const undelivered = new Undelivered();
    undelivered.check(500, 0);
    undelivered.drained(9_000);
    expect(undelivered.check(900, ALLOWED)).toBe(true);
    expect(undelivered.check(900, 9_000 + ALLOWED)).toBe(false);
  });

  test('the time starts when something begins to wait', () => {
    const undelivered = new Undelivered();
    undelivered.check(0, 0);
    expect(undelivered.check(500, 60_000)).toBe(true);
    expect(undelivered.check(500, 60_000 + ALLOWED)).toBe(false);
  });
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../lib/logger.ts';
import type { Change, ReadChanges } from '../messages/changes.ts';
import { Feed } from './feed.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const frame = (seq: number) => Buffer.from(`frame ${seq}`);
const change = (seq: number): Change => ({ seq, frame: frame(seq) });
const range = (after: number, upTo: number) =>
  Array.from({ length: upTo - after }, (_, i) => change(after + 1 + i));

function newFeed(read?: ReadChanges) {
  const delivered: number[] = [];
  const reader = vi.fn<ReadChanges>(
    read ?? ((_, after, upTo) => Promise.resolve(range(after, upTo))),
  );
  const settledAt: number[] = [];
  const feed = new Feed('conversation', {
    read: reader,
    deliver(one) {
      expect(one.frame.toString()).toBe(`frame ${one.seq}`);
      delivered.push(one.seq);
    },
    onSettled: () => void settledAt.push(feed.seq),
    logger: createLogger('silent'),
  });
  const accept = (...seqs: number[]) => {
    for (const seq of seqs) feed.accept(seq, frame(seq));
  };
  return { feed, delivered, reader, accept, settledAt };
}

test('delivers what comes in order at once and reads nothing', async () => {
  const { feed, delivered, reader, accept } = newFeed();
  feed.start(0);
  accept(1, 2, 3);
  expect(delivered).toEqual([1, 2, 3]);
  expect(feed.seq).toBe(3);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reader).not.toHaveBeenCalled();
});

test('drops what was delivered before', () => {
  const { feed, delivered, accept } = newFeed();
  feed.start(2);
  accept(1, 2, 3, 3, 1, 4, 3, 4);
  expect(delivered).toEqual([3, 4]);
});

test('holds what came too early until the hole fills by itself', async () => {
  const { feed, delivered, reader, accept } = newFeed();
  feed.start(0);
  accept(3, 2, 5, 3);
  expect(delivered).toEqual([]);
  accept(1);
  expect(delivered).toEqual([1, 2, 3]);
  accept(4);
  expect(delivered).toEqual([1, 2, 3, 4, 5]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reader).not.toHaveBeenCalled();
});

test('fills a hole by reading it, after a short wait and not before', async () => {
  const { feed, delivered, reader, accept } = newFeed();
  feed.start(10);
  accept(11, 14);
  expect(delivered).toEqual([11]);
  expect(reader).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reader).toHaveBeenCalledExactlyOnceWith('conversation', 11, 14);
  expect(delivered).toEqual([11, 12, 13, 14]);
});

test('many early changes make one read', async () => {
  const { feed, delivered, reader, accept } = newFeed();
  feed.start(0);
  for (let seq = 2; seq <= 100; seq += 1) accept(seq);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reader).toHaveBeenCalledOnce();
  expect(delivered).toEqual(range(0, 100).map(({ seq }) => seq));
});

test('reads on when one read gives a part only', async () => {
  const { feed, delivered, reader } = newFeed((_, after, upTo) =>
    Promise.resolve(range(after, Math.min(upTo, after + 2))),
  );
  feed.start(0);
  feed.expect(5);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(delivered).toEqual([1, 2, 3, 4, 5]);
  expect(reader).toHaveBeenCalledTimes(3);
});

test('expect() reads what the bus never brought', async () => {
  const { feed, delivered, accept } = newFeed();
  feed.start(1);
  feed.expect(1);
  feed.expect(3);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(delivered).toEqual([2, 3]);
  accept(2, 3, 4);
  expect(delivered).toEqual([2, 3, 4]);
});

test('before start() nothing is delivered; then what is newer, without the older', async () => {
  const { feed, delivered, reader, accept } = newFeed();
  accept(4, 3, 7, 6);
  feed.expect(6);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(delivered).toEqual([]);
  expect(reader).not.toHaveBeenCalled();
  feed.start(5);
  expect(delivered).toEqual([6, 7]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reader).not.toHaveBeenCalled();
});

test('a hole behind start() is filled', async () => {
  const { feed, delivered, accept } = newFeed();
  accept(8);
  feed.start(5);
  expect(delivered).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(delivered).toEqual([6, 7, 8]);
});

test('what arrives while a hole is read is neither lost nor repeated', async () => {
  const answers: ((changes: Change[]) => void)[] = [];
  const { feed, delivered, reader, accept } = newFeed(
    () => new Promise((resolve) => void answers.push(resolve)),
  );
  feed.start(0);
  accept(3);
  await vi.advanceTimersByTimeAsync(1_000);
  accept(1, 4);
  expect(delivered).toEqual([1]);
  answers[0]!([change(1), change(2), change(3)]);
  await vi.advanceTimersByTimeAsync(0);
  expect(delivered).toEqual([1, 2, 3, 4]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reader).toHaveBeenCalledOnce();
});

test('a failing read is tried again, not in a hurry, until it succeeds', async () => {
  let failures = 3;
  const { feed, delivered, reader, accept } = newFeed((_, after, upTo) => {
    failures -= 1;
    return failures >= 0 ? Promise.reject(new Error('away')) : Promise.resolve(range(after, upTo));
  });
  feed.start(0);
  accept(2);
  await vi.advanceTimersByTimeAsync(500);
  expect(reader).toHaveBeenCalledOnce();
  // What comes meanwhile does not hurry it.
  accept(3, 4);
  await vi.advanceTimersByTimeAsync(300);
  expect(reader).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(delivered).toEqual([1, 2, 3, 4]);
  expect(reader).toHaveBeenCalledTimes(4);
});

test('what was announced and is not to be seen yet is looked for again', async () => {
  let visible = false;
  const { feed, delivered, reader } = newFeed((_, after, upTo) =>
    Promise.resolve(visible ? range(after, upTo) : []),
  );
  feed.start(0);
  feed.expect(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reader.mock.calls.length).toBeGreaterThan(2);
  expect(reader.mock.calls.length).toBeLessThan(8);
  expect(delivered).toEqual([]);
  visible = true;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(delivered).toEqual([1]);
});

test('after stop() no timer is left and nothing is read', async () => {
  const { feed, delivered, reader, accept } = newFeed();
  feed.start(0);
  accept(3);
  feed.stop();
  expect(vi.getTimerCount()).toBe(0);
  accept(5);
  feed.expect(9);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(delivered).toEqual([]);
  expect(reader).not.toHaveBeenCalled();
});

test('after stop() a read that was under way delivers nothing and starts nothing', async () => {
  const answers: ((changes: Change[]) => void)[] = [];
  const { feed, delivered, accept } = newFeed(
    () => new Promise((resolve) => void answers.push(resolve)),
  );
  feed.start(0);
  accept(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answers).toHaveLength(1);
  feed.stop();
  answers[0]!([change(1), change(2)]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(delivered).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('after stop() the next change in order is not delivered either', () => {
  const { feed, delivered, accept } = newFeed();
  feed.start(0);
  accept(1);
  feed.stop();
  accept(2);
  expect(delivered).toEqual([1]);
});

test('stop() from within a delivery ends the delivery', () => {
  const seen: number[] = [];
  const feed: Feed = new Feed('conversation', {
    read: () => Promise.resolve([]),
    deliver({ seq }) {
      seen.push(seq);
      feed.stop();
    },
    onSettled: () => expect.fail('it was stopped'),
    logger: createLogger('silent'),
  });
  for (const seq of [1, 2, 3]) feed.accept(seq, frame(seq));
  feed.start(0);
  expect(seen).toEqual([1]);
});

test('holds 256 changes behind a hole and reads the others with it', async () => {
  let isAway = true;
  const { feed, delivered, reader, accept } = newFeed((_, after, upTo) =>
    isAway
      ? Promise.reject(new Error('away'))
      : Promise.resolve(range(after, Math.min(upTo, after + 10))),
  );
  feed.start(0);
  accept(...range(1, 1_001).map(({ seq }) => seq));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(delivered).toEqual([]);
  isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);
  // The first read fills the hole, and what was held follows at once.
  expect(delivered.slice(0, 257)).toEqual(range(0, 257).map(({ seq }) => seq));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(delivered).toEqual(range(0, 1_001).map(({ seq }) => seq));
  expect(reader.mock.calls.at(-1)?.[1]).toBeGreaterThan(257);
});

test('says when nothing is held and no hole is known, and not before', async () => {
  const { feed, accept, settledAt } = newFeed();
  accept(2);
  expect(settledAt).toEqual([]);
  feed.start(0);
  expect(settledAt).toEqual([]);
  accept(1);
  expect(settledAt).toEqual([2]);
  accept(4);
  feed.expect(5);
  expect(settledAt).toEqual([2]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(settledAt).toEqual([2, 5]);
});

test('says so too when the hole fills by itself before it is read', () => {
  const { feed, accept, settledAt } = newFeed();
  feed.start(0);
  feed.expect(1);
  expect(settledAt).toEqual([0]);
  accept(1);
  expect(settledAt).toEqual([0, 1]);
});

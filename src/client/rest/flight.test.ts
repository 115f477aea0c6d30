import { expect, test } from 'vitest';
import { Flight } from './flight.ts';

/** A flight whose work the test ends. */
function controlled() {
  const started: { end: () => void; signal: AbortSignal }[] = [];
  const flight = new Flight(
    (signal) => new Promise<void>((end) => void started.push({ end, signal })),
  );
  return { flight, started };
}

test('who asks meanwhile waits for the same; afterwards it begins anew', async () => {
  const { flight, started } = controlled();
  const both = Promise.all([flight.run(), flight.run()]);
  expect(started).toHaveLength(1);
  started[0]?.end();
  await both;
  void flight.run();
  expect(started).toHaveLength(2);
});

test('it is aborted when nobody waits any more, and not before', async () => {
  const { flight, started } = controlled();
  const [first, second] = [new AbortController(), new AbortController()];
  const one = flight.run(first.signal);
  const two = flight.run(second.signal);
  first.abort(new Error('one'));
  await expect(one).rejects.toThrow('one');
  expect(started[0]?.signal.aborted).toBe(false);
  second.abort(new Error('two'));
  await expect(two).rejects.toThrow('two');
  expect(started[0]?.signal.aborted).toBe(true);
  void flight.run();
  expect(started).toHaveLength(2);
});

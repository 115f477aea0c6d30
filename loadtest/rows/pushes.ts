import type { Row } from '../bench.ts';
import { atLeast, atMost, figuresOf } from '../measure/figure.ts';
import type { LoadResult } from '../measure/load.ts';
import { measurePushes } from '../measure/pushes.ts';

const AWAY_RATE = 1_000;
const CHAT_RATE = 300;
/** A few of each second's are told in the next one. */
const MIN_PUSHES = 0.98 * AWAY_RATE;
const MAX_RATIO = 1.2;
const figure = figuresOf('pushes');

/** What it costs those who chat that others, who are away, are told of what they get. */
export const pushes: Row = {
  name: 'pushes',
  about: `${AWAY_RATE} msg/s to people who are away, each pushed, while others chat at ${CHAT_RATE} msg/s`,
  async run(bench) {
    const measureMs = bench.size(10_000, 20_000);
    const results = await bench.repeat('pushes', () =>
      measurePushes(bench, { awayRate: AWAY_RATE, chatRate: CHAT_RATE, measureMs }),
    );
    const without = results.map(({ before, after }) => (before.p99Ms + after.p99Ms) / 2);
    return {
      figures: [
        figure(
          'pushes that a worker makes',
          '1/s',
          results.map(({ pushesPerSecond }) => pushesPerSecond),
          atLeast(MIN_PUSHES),
        ),
        figure(
          'told of less than all they were sent, in the end',
          'people',
          results.map(({ untold }) => untold),
          atMost(0),
        ),
        // The push service and the worker would be on other machines. Here they are not: loops that do nothing cost those who chat as well.
        figure(
          'others meanwhile: p99, over that beside loops that take the same CPU',
          '×',
          results.map(({ during, burning }) => during.p99Ms / burning.p99Ms),
        ),
        figure(
          'others meanwhile: p99, over that with the same messages and no pushes',
          '×',
          results.map(({ during }, rep) => during.p99Ms / (without[rep] ?? Number.NaN)),
          atMost(MAX_RATIO),
        ),
        figure(
          'others meanwhile: p99',
          'ms',
          results.map(({ during }) => during.p99Ms),
        ),
        figure('others without: p99', 'ms', without),
        figure(
          'CPU of the worker a push',
          'µs',
          results.map(({ workerUs }) => workerUs),
        ),
      ],
      notes: results.map(
        ({ before, during, burning, after }, rep) =>
          `pushes, ${rep + 1}: before, during, with loops and after: ${[before, during, burning, after].map(noteOf).join('; ')}`,
      ),
    };
  },
};

const noteOf = ({ p50Ms, p99Ms, machineBusy }: LoadResult): string =>
  `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, the machine ${(100 * machineBusy).toFixed(0)} % busy`;

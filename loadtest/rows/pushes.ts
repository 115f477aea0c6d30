import type { Row } from '../bench.ts';
import { atLeast, atMost, figuresOf } from '../measure/figure.ts';
import { Histogram } from '../generator/histogram.ts';
import { sum } from '../measure/cpu-meter.ts';
import { type PushesWindow, measurePushes } from '../measure/pushes.ts';

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
    const without = results.map((result) => p99Of(result.without));
    const during = results.map((result) => p99Of(result.during));
    return {
      figures: [
        figure(
          'pushes that a worker makes',
          '1/s',
          results.map((result) => total(result.during, 'pushes') / total(result.during, 'seconds')),
          atLeast(MIN_PUSHES),
        ),
        figure(
          'told of less than all they were sent, in the end',
          'people',
          results.map(({ untold }) => untold),
          atMost(0),
        ),
        figure(
          'others meanwhile: p99, over that with the same messages and no pushes',
          '×',
          during.map((p99Ms, rep) => p99Ms / (without[rep] ?? Number.NaN)),
          atMost(MAX_RATIO),
        ),
        figure('others meanwhile: p99', 'ms', during),
        figure('others without: p99', 'ms', without),
        figure(
          'CPU of the worker a push',
          'µs',
          results.map(
            (result) =>
              (total(result.during, 'workerSeconds') * 1_000_000) / total(result.during, 'pushes'),
          ),
        ),
      ],
      notes: results.flatMap((result, rep) => [
        `pushes, ${rep + 1}: without: ${result.without.map(noteOf).join('; ')}`,
        `pushes, ${rep + 1}: during: ${result.during.map(noteOf).join('; ')}`,
        ...(result.note === undefined ? [] : [`pushes, ${rep + 1}: ${result.note}`]),
      ]),
    };
  },
};

/** Of all their messages. */
function p99Of(windows: readonly PushesWindow[]): number {
  const latencies = new Histogram();
  for (const { load } of windows) latencies.add(load.latencies.counts);
  return latencies.quantileMs(0.99);
}

const total = (
  windows: readonly PushesWindow[],
  of: 'pushes' | 'seconds' | 'workerSeconds',
): number => sum(windows.map((window) => window[of]));

const noteOf = ({ load: { p50Ms, p99Ms, machineBusy } }: PushesWindow): string =>
  `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, the machine ${(100 * machineBusy).toFixed(0)} % busy`;

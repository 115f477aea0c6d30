import type { Row } from '../bench.ts';
import { atMost, figuresOf } from '../measure/figure.ts';
import { explain } from '../measure/explain.ts';
import { measureLoad, measureSaturation } from '../measure/load.ts';
import { startParleyChat } from './chat.ts';

const MAX_P99_MS = 50;

const figure = figuresOf('half');

/** Latency at half of what saturates it. */
export const half: Row = {
  name: 'half',
  about: 'open loop at half of the saturation rate: latency of Parley',
  async run(bench) {
    const time = bench.size(
      { warmMs: 2_000, measureMs: 4_000 },
      { warmMs: 3_000, measureMs: 8_000 },
    );
    await using chat = await startParleyChat(bench);
    bench.log('half: finding the rate');
    // Measured here, and twice: the first run of fresh nodes is a warm-up.
    await measureSaturation(chat.generator, chat.system, time);
    const full = await measureSaturation(chat.generator, chat.system, time);
    const rate = Math.round(full.perSecond / 2);
    const results = await bench.repeat(`half: ${rate} msg/s`, () =>
      measureLoad(chat.generator, chat.system, { ...time, load: { kind: 'open', rate } }),
    );
    return {
      figures: [
        figure(
          'rate',
          'msg/s',
          results.map(({ perSecond }) => perSecond),
        ),
        figure(
          'p50',
          'ms',
          results.map(({ p50Ms }) => p50Ms),
        ),
        figure(
          'p99',
          'ms',
          results.map(({ p99Ms }) => p99Ms),
          atMost(MAX_P99_MS),
        ),
      ],
      notes: [explain('half, Parley', results)],
    };
  },
};

import type { Row } from '../bench.ts';
import { type Target, figuresOf } from '../measure/figure.ts';
import { measureLoad } from '../measure/load.ts';
import { startParleyChat, startSocketIoChat } from './chat.ts';

const RATE = 1_000;
const REFERENCE = 'a plain Go server here: about 2 / 7 ms; depends on the machine';
const P50: Target = { kind: 'at most', value: 2.4, informational: REFERENCE };
const P99: Target = { kind: 'at most', value: 14, informational: REFERENCE };

const figure = figuresOf('rate');

/** Latency from end to end at a fixed rate, from when each message was due. */
export const rate: Row = {
  name: 'rate',
  about: `open loop at ${RATE} msg/s: latency, Parley and Socket.IO`,
  async run(bench) {
    const time = bench.size(
      { warmMs: 1_500, measureMs: 4_000 },
      { warmMs: 3_000, measureMs: 8_000 },
    );
    const options = { ...time, load: { kind: 'open', rate: RATE } } as const;
    await using parley = await startParleyChat(bench);
    await using peer = await startSocketIoChat(bench);
    const results = await bench.repeat('rate', async () => ({
      parley: await measureLoad(parley.generator, parley.system, options),
      peer: await measureLoad(peer.generator, peer.system, options),
    }));
    const ours = results.map((result) => result.parley);
    const theirs = results.map((result) => result.peer);
    return {
      figures: [
        figure(
          'Parley: p50',
          'ms',
          ours.map(({ p50Ms }) => p50Ms),
          P50,
        ),
        figure(
          'Parley: p99',
          'ms',
          ours.map(({ p99Ms }) => p99Ms),
          P99,
        ),
        figure(
          'Socket.IO: p50',
          'ms',
          theirs.map(({ p50Ms }) => p50Ms),
        ),
        figure(
          'Socket.IO: p99',
          'ms',
          theirs.map(({ p99Ms }) => p99Ms),
        ),
      ],
      notes: [],
    };
  },
};

import type { Row } from '../bench.ts';
import { atMost, figuresOf } from '../measure/figure.ts';
import { measureUploads } from '../measure/uploads.ts';

const GB = 1_000_000_000;
const PARALLEL = 50;
const CHAT_RATE = 300;
const MAX_GROWTH_MB = 100;
const MAX_P99_MS = 50;
const figure = figuresOf('uploads');

/** What files cost: memory of the nodes, and latency of those who chat. */
export const uploads: Row = {
  name: 'uploads',
  about: `1 GB [300 MB] of files, ${PARALLEL} at once, a tenth of them photographs, while others chat at ${CHAT_RATE} msg/s`,
  async run(bench) {
    const totalBytes = bench.size(0.3 * GB, GB);
    const results = await bench.repeat('uploads', () =>
      measureUploads(bench, { totalBytes, parallel: PARALLEL, chatRate: CHAT_RATE }),
    );
    return {
      figures: [
        figure(
          'memory of a node: growth at its peak, the worse of two',
          'MB',
          results.map(({ growthMb }) => Math.max(...growthMb)),
          atMost(MAX_GROWTH_MB),
        ),
        figure(
          'others meanwhile: p99',
          'ms',
          results.map(({ chat }) => chat.p99Ms),
          atMost(MAX_P99_MS),
        ),
        figure(
          'others just before: p99',
          'ms',
          results.map(({ chatAlone }) => chatAlone.p99Ms),
        ),
        figure(
          'others meanwhile: p50',
          'ms',
          results.map(({ chat }) => chat.p50Ms),
        ),
        figure(
          'uploaded, looked at and sent',
          'MB/s',
          results.map(({ uploaded }) => uploaded.bytes / 1_000_000 / uploaded.seconds),
        ),
      ],
      notes: results.map(({ uploaded, chat, growthMb }, rep) => {
        const growth = growthMb.map((mb) => mb.toFixed(0)).join(' and ');
        return `uploads, ${rep + 1}: ${uploaded.files} files in ${uploaded.seconds.toFixed(1)} s; the nodes grew by ${growth} MB; the machine was ${(100 * chat.machineBusy).toFixed(0)} % busy`;
      }),
    };
  },
};

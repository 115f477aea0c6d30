import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { mergeMetrics } from './metrics-text.ts';

function registryWith(count: number): Registry {
  const registers = [new Registry()];
  new Counter({ name: 'c_total', help: 'c', labelNames: ['kind'], registers }).inc(
    { kind: 'x' },
    count,
  );
  new Gauge({ name: 'g', help: 'g', aggregator: 'first', registers }).set(count);
  new Histogram({ name: 'h', help: 'h', buckets: [1, 2], registers }).observe(count);
  return registers[0] as Registry;
}

test('each process keeps its own series, and each metric is one group', async () => {
  const parts = await Promise.all(
    [1, 2].map(async (count) => ({
      labels: { worker: String(count) },
      metrics: await registryWith(count).getMetricsAsJSON(),
    })),
  );
  const lines = (await mergeMetrics(parts)).split('\n').filter(Boolean);
  expect(lines).toEqual([
    '# HELP c_total c',
    '# TYPE c_total counter',
    'c_total{kind="x",worker="1"} 1',
    'c_total{kind="x",worker="2"} 2',
    '# HELP g g',
    '# TYPE g gauge',
    'g{worker="1"} 1',
    'g{worker="2"} 2',
    '# HELP h h',
    '# TYPE h histogram',
    ...[1, 2].flatMap((worker) => [
      `h_bucket{le="1",worker="${worker}"} ${worker === 1 ? 1 : 0}`,
      `h_bucket{le="2",worker="${worker}"} 1`,
      `h_bucket{le="+Inf",worker="${worker}"} 1`,
      `h_sum{worker="${worker}"} ${worker}`,
      `h_count{worker="${worker}"} 1`,
    ]),
  ]);
});

import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';

/** All metrics, in Prometheus's text format. */
export type ReadMetrics = () => Promise<string>;
/** Its Content-Type. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** What `Registry.getMetricsAsJSON` gives: plain data. */
export type MetricsData = readonly MetricObjectWithValues<MetricValue<string>>[];

/** One source's metrics, and the labels that tell them from the others'. */
export interface MetricsPart {
  readonly labels: Readonly<Record<string, string>>;
  readonly metrics: MetricsData;
}

/**
 * Several processes' metrics as one text. Each keeps series of its own, told apart by labels, rather than being added up: a sum falls
 * when one of them starts anew, and `rate()` would count all that is left as new.
 */
export function mergeMetrics(parts: readonly MetricsPart[]): Promise<string> {
  const labelled = parts.map(({ labels, metrics }) =>
    metrics.map((metric) => ({
      ...metric,
      // Of values with the same labels, and there are none.
      aggregator: 'sum',
      values: metric.values.map((value) => ({ ...value, labels: { ...value.labels, ...labels } })),
    })),
  );
  return AggregatorRegistry.aggregate(labelled).metrics();
}

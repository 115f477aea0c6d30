/** OpenTelemetry behind {@link Tracer}. Loading it takes 120 ms and up to 16 MB: it is imported only when traces are wanted. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Context,
  DiagLogLevel,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  diag,
  isSpanContextValid,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Disposer } from './disposer.ts';
import type { Logger } from './logger.ts';
import { sparing } from './sparing.ts';
import type { Span, SpanOptions, Tracer } from './tracing.ts';

/** How long the end waits for a collector to take the last spans, in milliseconds. */
const FLUSH_MS = 3_000;
/** A collector that is away is reported once in this time, in milliseconds. */
const REPORT_INTERVAL_MS = 60_000;

/**
 * Sends spans to an OTLP/HTTP collector, in batches and in the background; what it does not take is dropped. Sampler,
 * headers, service name and the rest come from the standard `OTEL_…` variables, which the SDK reads.
 *
 * @param endpoint base URL; `/v1/traces` follows
 * @param serviceName unless `OTEL_SERVICE_NAME` says otherwise
 */
export function openTracer(
  endpoint: string,
  serviceName: string,
  logger: Logger,
  disposer: Disposer,
): Tracer {
  reportTo(logger);
  const resource = defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': serviceName,
        'service.instance.id': `${hostname()}-${process.pid}`,
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  disposer.defer(() =>
    Promise.race([
      provider.shutdown().catch(() => undefined),
      sleep(FLUSH_MS, undefined, { ref: false }),
    ]),
  );
  const tracer = provider.getTracer(serviceName);
  const clock = new SpanClock();
  return {
    start(name, { parent, ...options } = {}) {
      const span = new RecordedSpan(tracer, clock, name, options, contextOf(parent));
      return span.isSampled ? span : undefined;
    },
  };
}

const ignore = (): void => undefined;

/** The SDK tells of a mistake in its variables, and of each batch that was not taken. */
function reportTo(logger: Logger): void {
  const report = sparing(REPORT_INTERVAL_MS, (leftOut, text: string) =>
    logger.warn({ reason: reasonOf(text), leftOut }, 'OpenTelemetry: traces are not complete'),
  );
  diag.setLogger(
    { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

/** Errors come as JSON with all they carry, the collector's answer among it. */
function reasonOf(text: string): string {
  try {
    const { message, name }: { message?: string; name?: string } = JSON.parse(text);
    return message ?? name ?? 'unknown';
  } catch {
    return text;
  }
}

const KINDS = {
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

class RecordedSpan implements Span {
  readonly #tracer: OtelTracer;
  readonly #clock: SpanClock;
  readonly #span: OtelSpan;

  constructor(
    tracer: OtelTracer,
    clock: SpanClock,
    name: string,
    { kind, startedAt = performance.now(), attributes = {} }: SpanOptions,
    context: Context,
  ) {
    this.#tracer = tracer;
    this.#clock = clock;
    const startTime = clock.at(startedAt);
    const spanKind = kind === undefined ? SpanKind.INTERNAL : KINDS[kind];
    this.#span = tracer.startSpan(name, { kind: spanKind, startTime, attributes }, context);
  }

  get isSampled(): boolean {
    return this.#span.isRecording();
  }

  get traceparent(): string {
    const { traceId, spanId } = this.#span.spanContext();
    return `00-${traceId}-${spanId}-01`;
  }

  child(name: string, options: SpanOptions = {}): Span {
    const context = trace.setSpan(ROOT_CONTEXT, this.#span);
    return new RecordedSpan(this.#tracer, this.#clock, name, options, context);
  }

  end(errorType?: string): void {
    if (errorType !== undefined) {
      this.#span.setAttribute('error.type', errorType);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end(this.#clock.at(performance.now()));
  }
}

/** The wall clock may be set; a little off is better than spans that begin before their parents. In milliseconds. */
const MAX_OFF_MS = 100;

/** One clock for all spans: the SDK starts each by `Date.now()`, which knows milliseconds only, and goes on by another. */
class SpanClock {
  #offset = performance.timeOrigin;

  /**
   * @param at by {@link performance.now}
   * @returns milliseconds since 1970, with fractions
   */
  at(at: number): number {
    const off = Date.now() - performance.now() - this.#offset;
    if (Math.abs(off) > MAX_OFF_MS) this.#offset += off;
    return at + this.#offset;
  }
}

/** W3C Trace Context, section 3.2.2: versions to come begin in the same way. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:$|-)/;

function contextOf(traceparent: string | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

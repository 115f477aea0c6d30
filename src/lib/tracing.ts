/** Ids and numbers; what people wrote, tokens and secrets never. */
export type Attributes = Readonly<Record<string, string | number>>;

export interface SpanOptions {
  /** OpenTelemetry's span kind: `internal` unless told otherwise. */
  readonly kind?: 'server' | 'producer' | 'consumer';
  /** By {@link performance.now}, when it began before now. */
  readonly startedAt?: number;
  readonly attributes?: Attributes;
}

/** Something that takes time, within a trace. One that is never ended is never told of. */
export interface Span {
  /** For going on with the trace elsewhere (W3C Trace Context, `traceparent`). */
  readonly traceparent: string;
  child(name: string, options?: SpanOptions): Span;
  /** @param errorType what went wrong, in one word of few */
  end(errorType?: string): void;
}

export interface Tracer {
  /**
   * @param options `parent`: the `traceparent` of a span elsewhere; one that is malformed counts as none
   * @returns `undefined` when this trace is not among those that are sampled
   */
  start(
    name: string,
    options?: SpanOptions & { readonly parent?: string | undefined },
  ): Span | undefined;
}

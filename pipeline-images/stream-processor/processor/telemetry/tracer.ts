/** Spans of what takes time: kept until somebody takes them, so many at most. Where nobody does, there are none. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../../../../runtime/clock";

export type SpanName = "take-over" | "restore" | "checkpoint" | "sink";

export interface SpanContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Whether it is sent to somebody, as far as that is known already: one that fails is in any case. */
  readonly sampled: boolean;
}

export interface Span extends SpanContext {
  readonly name: SpanName;
  readonly parent: string | undefined;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly attributes: SpanAttributes;
  /** What kind of failure it ended with: never its words, which may be of a row. */
  readonly failure: string | undefined;
}

export interface SpanAttributes {
  readonly [name: string]: string | number;
}

export interface Tracer {
  /** Does something within a span. Where it gives an Error, or throws, the span has failed. */
  during<T>(name: SpanName, attributes: SpanAttributes, work: () => Promise<T>): Promise<T>;
  /** The span that is underway where this is asked. */
  readonly current: SpanContext | undefined;
}

/** Nobody looks at spans. */
export const untraced: Tracer = { during: (_name, _attributes, work) => work(), current: undefined };

export interface RecordingTracerOptions {
  readonly clock: Clock;
  /** So many random bytes, as hexadecimal digits. */
  readonly randomHex: (bytes: number) => string;
  /** Of so many calls of a sink one is kept. */
  readonly oneOf: number;
}

/** Spans that wait to be taken; the oldest are kept, and later ones counted. */
const MOST = 1_000;

export class RecordingTracer implements Tracer {
  private readonly storage = new AsyncLocalStorage<SpanContext>();
  private finished: Span[] = [];
  private sinks = 0;
  /** Spans that nobody took in time. */
  dropped = 0;

  constructor(private readonly options: RecordingTracerOptions) {}

  get current(): SpanContext | undefined {
    return this.storage.getStore();
  }

  async during<T>(name: SpanName, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    const { clock, randomHex } = this.options;
    const above = this.current;
    const context: SpanContext = {
      traceId: above?.traceId ?? randomHex(16),
      spanId: randomHex(8),
      sampled: above?.sampled ?? this.samples(name),
    };
    const start = clock.now();
    const finish = (failure: string | undefined): void => {
      if (!context.sampled && failure === undefined) return;
      this.keep({ ...context, name, parent: above?.spanId, start, end: clock.now(), attributes, failure });
    };
    try {
      const outcome = await this.storage.run(context, work);
      finish(outcome instanceof Error ? kindOf(outcome) : undefined);
      return outcome;
    } catch (error) {
      finish(kindOf(error));
      throw error;
    }
  }

  /** What has ended since the last time. */
  take(): readonly Span[] {
    const { finished } = this;
    this.finished = [];
    return finished;
  }

  private samples(name: SpanName): boolean {
    if (name !== "sink") return true;
    this.sinks += 1;
    return this.sinks % this.options.oneOf === 1 || this.options.oneOf === 1;
  }

  private keep(span: Span): void {
    if (this.finished.length < MOST) this.finished.push(span);
    else this.dropped += 1;
  }
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "Error";
  return "code" in error ? `${error.name} ${String(error.code)}` : error.name;
}

/**
 * A row-wise pipeline that messages are pushed to. What comes while rows are underway is put together: one append and
 * one publish for all messages that wait. A message is done when every row that it became is confirmed.
 */
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Clock } from "../../../runtime/clock";
import type { ProcessorState, ProcessorStatus } from "../contract";
import { Engine } from "../operators/engine";
import type { Messages } from "../operators/flow";
import { type Bound, ERRORS } from "../processor/meaning";
import { type Memory, memoryState } from "../processor/memory";
import { Refusals } from "../processor/refusals";
import { stateWithout } from "../processor/state";
import { Histograms } from "../processor/telemetry/histogram";
import type { Tracer } from "../processor/telemetry/tracer";
import { watchedSink } from "../processor/telemetry/watched-sink";
import { directOutputs } from "../processor/outputs";
import { checkRunnable } from "../processor/runnable";
import type { Troubles } from "../processor/troubles";
import type { SinkClients } from "../sinks/clients";
import { sinkName } from "../sinks/kinds";
import type { DirectOutput } from "../sinks/sink";

/** Batches that are underway at once. */
const UNDERWAY = 2;
const MOST_MESSAGES = 1_000;

interface Waiting {
  readonly message: Messages;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface PushPipelineOptions {
  readonly bound: Bound;
  readonly clock: Clock;
  readonly clients: SinkClients;
  readonly troubles: Troubles;
  readonly memory: Memory;
  readonly tracer: Tracer;
}

export class PushPipeline {
  private readonly engine: Engine;
  private readonly outputs: ReadonlyMap<string, DirectOutput>;
  private readonly errors: DirectOutput;
  private readonly waiting: Waiting[] = [];
  private underway = 0;
  private failures = 0;
  private messages = 0;
  /** Messages that have come and are not done. */
  open = 0;
  private readonly refusals = new Refusals();
  /** What is measured when it happens. */
  readonly histograms = new Histograms();
  private readonly counts: { [reason: string]: number } = {};
  private readonly rows: { [output: string]: number } = {};

  /** @throws Error for a pipeline that keeps state between messages. */
  constructor(private readonly options: PushPipelineOptions) {
    const { bound, clients } = options;
    if (!checkRunnable(bound)) {
      throw new Error(
        `${bound.spec.name} keeps state, which a push service cannot: let a worker pool run it, Runner.workerPool()`,
      );
    }
    const count = (reason: string, step: string): void => {
      this.counts[reason] = (this.counts[reason] ?? 0) + 1;
      this.refusals.count(step, reason);
    };
    const moment = () => this.engine.moment;
    const direct = directOutputs({ bound, clients, moment, refused: (output) => count("write", output) });
    this.outputs = direct.outputs;
    this.errors = direct.errors;
    this.engine = new Engine({
      spec: bound.spec,
      output: (name) => (this.outputs.get(name) as DirectOutput).take,
      errors: this.errors.take,
      refused: count,
    });
  }

  /** Resolves when every row of the message is confirmed. @throws Error where that failed: the message is to come again. */
  take(message: Messages): Promise<void> {
    return new Promise((resolve, reject) => {
      this.open += 1;
      this.waiting.push({ message, resolve, reject });
      this.next();
    });
  }

  /** Rows of a side input, as they are from now on. */
  setSide(name: string, rows: readonly AnyRow[]): void {
    this.engine.setSide(name, rows);
  }

  /** All that is told of it. */
  get told(): ProcessorState {
    const { bound, memory } = this.options;
    const { subscriptions, outputs, errors } = bound;
    const source = { connected: null, unacknowledged: this.open, messageIds: 0 };
    const nothingWaits = { unwritten: 0, unwrittenBytes: 0 };
    return {
      ...stateWithout(this.status, memoryState(memory.read(), false)),
      refused: this.refusals.all,
      sources: Object.fromEntries(
        Object.entries(subscriptions).map(([input, subscription]) => [input, { subscription, ...source }]),
      ),
      outputs: Object.fromEntries(
        [...this.outputs.keys(), ERRORS].map((name) => {
          const binding = outputs[name];
          const to = binding === undefined ? errors : sinkName(binding);
          return [name, { to, rows: this.rows[name] ?? 0, ...nothingWaits }];
        }),
      ),
    };
  }

  get status(): ProcessorStatus {
    const { bound, troubles } = this.options;
    return {
      pipeline: bound.spec.name,
      mode: "push",
      state: "running",
      watermark: null,
      messages: this.messages,
      duplicates: 0,
      late: 0,
      errors: this.counts,
      rows: this.rows,
      unwritten: 0,
      unacknowledged: this.open,
      problem: troubles.problem,
    };
  }

  private next(): void {
    while (this.underway < UNDERWAY && this.waiting.length > 0) {
      this.underway += 1;
      void this.work(this.waiting.splice(0, MOST_MESSAGES)).finally(() => {
        this.underway -= 1;
        this.next();
      });
    }
  }

  private async work(batch: readonly Waiting[]): Promise<void> {
    const trouble = this.options.troubles.about("writing");
    try {
      this.engine.advanceClock(this.options.clock.now());
      for (const { message } of batch) this.engine.take(message, 0);
      this.engine.endBatch();
      await this.send();
      this.messages += batch.length;
      if (this.failures > 0) trouble(undefined, this.failures);
      this.failures = 0;
      for (const { resolve } of batch) resolve();
    } catch (error) {
      this.failures += 1;
      trouble(error, this.failures);
      for (const { reject } of batch) reject(error);
    }
    this.open -= batch.length;
  }

  private async send(): Promise<void> {
    const { clock, tracer } = this.options;
    const watched = watchedSink(clock, this.histograms, tracer);
    const send = (output: DirectOutput) => watched(output.name, () => output.send());
    const sent = [...this.outputs.values()].map(async (output) => this.confirm(output, await send(output)));
    // All of them are awaited, also where one fails: what was taken is gone from the buffers.
    const outcomes = await Promise.allSettled(sent);
    this.confirm(this.errors, await send(this.errors));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  private confirm({ name }: DirectOutput, rows: number): void {
    if (rows > 0) this.rows[name] = (this.rows[name] ?? 0) + rows;
  }
}

/** An engine by itself: messages in, rows out, its time and its watermark as a test tells them. */
import type { Pipeline } from "../../../../pipeline";
import { RecordedState } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-state";
import { StateChanges } from "../../../../pipeline-images/stream-processor/checkpoint/state-changes";
import { Engine } from "../../../../pipeline-images/stream-processor/operators/engine";
import { type GivenMessage, GivenMessages } from "./messages";

type Rows = { [output: string]: object[] };

export const NOON = Date.UTC(2024, 0, 31, 12);
/** A time so many seconds after noon. */
export const at = (second: number) => new Date(NOON + second * 1_000).toISOString();

/** Runs messages through a pipeline, in batches, with the watermark told after each. */
export class Bench {
  rows: Rows = {};
  now = NOON;
  engine: Engine;
  readonly state = new RecordedState();
  private readonly spec;

  constructor(of: Pick<Pipeline, "toJSON">) {
    this.spec = of.toJSON();
    this.engine = this.make();
  }

  take(...messages: (GivenMessage | object)[]): this {
    const given = messages.map((one) => ("data" in one ? one : { data: one }));
    const batch = new GivenMessages(given, this.now);
    this.engine.advanceClock(this.now);
    for (let i = 0; i < batch.count; i += 1) this.engine.take(batch, i);
    this.engine.endBatch();
    return this;
  }

  published(second: number, quiet = false): this {
    this.engine.advanceWatermark({ time: NOON + second * 1_000, quiet, lastMessage: this.now });
    return this;
  }

  clock(second: number): this {
    this.now = NOON + second * 1_000;
    this.engine.advanceClock(this.now);
    return this;
  }

  close(): this {
    this.engine.close();
    return this;
  }

  /** Records what has changed. @returns how many bytes that takes */
  record(): number {
    const changes = new StateChanges();
    this.engine.writeChanges(changes);
    const written = changes.take();
    this.state.apply(written);
    return written.length;
  }

  restart(): this {
    this.record();
    this.engine = this.make();
    this.engine.restore(this.state);
    return this;
  }

  /** The rows of an output since the last time. */
  come(output: string): object[] {
    const rows = this.rows[output] ?? [];
    delete this.rows[output];
    return rows;
  }

  private make(): Engine {
    const into = (name: string) => (row: object) => void (this.rows[name] ??= []).push(row);
    return new Engine({ spec: this.spec, output: into, errors: into("errors") });
  }
}

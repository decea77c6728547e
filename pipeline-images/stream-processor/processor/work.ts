/** All that an owner works with, taken up from the log: the pipeline, the messages of its inputs, its outputs, its counts. */
import { type Ledger, messageName, sourceOf } from "../checkpoint/ledger";
import type { Totals } from "../checkpoint/record";
import { StateChanges } from "../checkpoint/state-changes";
import { Engine } from "../operators/engine";
import type { Reason } from "../operators/error-rows";
import type { Moment, TakeRow } from "../operators/flow";
import { COMMON_STORE } from "../operators/watermarks";
import type { LoggedOutput } from "../sinks/logged-output";
import type { Acknowledgements } from "../source/acknowledgements";
import type { MessageBatch } from "../source/message-batch";
import { type Bound, ERRORS } from "./meaning";
import { Refusals } from "./refusals";
import { SourceWork } from "./source-work";

const PROGRESS = "source ";

/** What a message came to. */
export type Taken = "new" | "duplicate" | "condemned";

export interface WorkOptions {
  readonly bound: Bound;
  readonly ledger: Ledger;
  /** @param watermark how far the rows of an output have come */
  readonly outputs: (
    refused: (output: string) => void,
    moment: () => Moment,
    watermark: (output: string) => number,
  ) => ReadonlyMap<string, LoggedOutput>;
  readonly acknowledgements: (subscription: string, next: number) => Acknowledgements;
}

export class Work {
  readonly engine: Engine;
  readonly outputs: ReadonlyMap<string, LoggedOutput>;
  readonly sources: readonly SourceWork[];
  readonly condemned: Set<string>;
  readonly refusals = new Refusals();
  private readonly changes = new StateChanges();
  private readonly counts: Omit<Totals, "rows" | "errors"> & { readonly errors: { [reason: string]: number } };
  private readonly rowsBefore: { readonly [output: string]: number };

  constructor({ bound, ledger, outputs, acknowledgements }: WorkOptions) {
    const { rows, errors, ...counts } = ledger.totals;
    this.counts = { ...counts, errors: { ...errors } };
    this.rowsBefore = rows;
    this.outputs = outputs(
      (output) => this.count("write", output),
      () => this.engine.moment,
      (output) => this.engine.outputWatermark(output),
    );
    const takeInto = (name: string): TakeRow => (this.outputs.get(name) as LoggedOutput).take;
    this.engine = new Engine({
      spec: bound.spec,
      output: takeInto,
      errors: takeInto(ERRORS),
      refused: (reason, step) => this.count(reason, step),
    });
    this.engine.restore(ledger.state);
    this.sources = this.engine.inputNames.map((input) => {
      const recorded = sourceOf(ledger, input);
      const subscription = bound.subscriptions[input] ?? "";
      const source = new SourceWork(input, this.engine.input(input), recorded, (next) =>
        acknowledgements(subscription, next),
      );
      const progress = ledger.state.store(COMMON_STORE).get("", PROGRESS + input);
      if (progress !== undefined) source.progress.read(progress);
      return source;
    });
    this.condemned = ledger.condemned;
  }

  /** Messages that are worked on and not recorded. */
  get unrecorded(): number {
    return this.sources.reduce((messages, { unrecorded }) => messages + unrecorded, 0);
  }

  /** Messages that are ours, recorded or not, and not confirmed to be acknowledged. */
  get unacknowledged(): number {
    return this.sources.reduce((messages, { acknowledgements }) => messages + acknowledgements.unacknowledged, 0);
  }

  /** Messages whose ids are remembered. */
  get messageIds(): number {
    return this.sources.reduce((ids, { remembered }) => ids + remembered, 0);
  }

  get totals(): Totals {
    const rows = Object.fromEntries(
      [...this.outputs.values()].map(({ name, written }) => [name, (this.rowsBefore[name] ?? 0) + written]),
    );
    return { ...this.counts, errors: { ...this.counts.errors }, rows };
  }

  /** Whether taking the message would have the pipeline work on it. */
  isUntried(source: SourceWork, batch: MessageBatch, place: number): boolean {
    return !source.has(batch, place) && !this.condemned.has(messageName(source.input, batch.id(place)));
  }

  /** @param running connected running time of the source */
  take(source: SourceWork, batch: MessageBatch, place: number, now: number, running: number): Taken {
    if (!source.note(batch, place)) {
      this.counts.duplicates += 1;
      return "duplicate";
    }
    this.counts.messages += 1;
    source.progress.observe(batch.publishedAt(place), now, running);
    if (this.condemned.size > 0 && this.condemned.delete(messageName(source.input, batch.id(place)))) {
      const words = "the processor ended several times while it worked on this message, and does not try it again";
      source.engine.refuse(batch, place, "function", words);
      return "condemned";
    }
    source.engine.take(batch, place);
    return "new";
  }

  /** @param forgetTime the pipeline was drained: whoever comes next begins with a watermark of its own */
  takeState(forgetTime: boolean): Uint8Array {
    this.engine.writeChanges(this.changes);
    this.changes.store(COMMON_STORE);
    if (forgetTime) this.changes.gone("");
    else {
      for (const { input, progress } of this.sources) {
        this.changes.put("", PROGRESS + input, (writer) => progress.write(writer));
      }
    }
    return this.changes.take();
  }

  private count(reason: Reason, step: string): void {
    this.refusals.count(step, reason);
    if (reason === "late") this.counts.late += 1;
    this.counts.errors[reason] = (this.counts.errors[reason] ?? 0) + 1;
  }
}

/** All that an owner works with, taken up from the log: the pipeline, the ids of its messages, its outputs, its counts. */
import type { Ledger } from "../checkpoint/ledger";
import type { Totals } from "../checkpoint/record";
import { IdRunWriter } from "../checkpoint/recorded-ids";
import { StateChanges } from "../checkpoint/state-changes";
import { Engine } from "../operators/engine";
import type { Reason } from "../operators/error-rows";
import type { TakeRow } from "../operators/flow";
import { COMMON_STORE } from "../operators/watermarks";
import type { Output } from "../sinks/output";
import type { Acknowledgements } from "../source/acknowledgements";
import type { MessageBatch } from "../source/message-batch";
import { parsed } from "../source/message-id";
import { MessageIds } from "../source/message-ids";
import { SourceProgress } from "../source/watermark";
import { type Bound, ERRORS } from "./meaning";

const PROGRESS = "source";

/** What a message came to. */
export type Taken = "new" | "duplicate" | "condemned";

export interface WorkOptions {
  readonly bound: Bound;
  readonly ledger: Ledger;
  readonly outputs: (refused: () => void) => ReadonlyMap<string, Output>;
  readonly acknowledgements: (next: number) => Acknowledgements;
}

export class Work {
  readonly engine: Engine;
  readonly outputs: ReadonlyMap<string, Output>;
  readonly acknowledgements: Acknowledgements;
  readonly progress = new SourceProgress();
  readonly ids: MessageIds;
  readonly condemned: Set<string>;
  private readonly run: IdRunWriter;
  private readonly changes = new StateChanges();
  private readonly counts: Omit<Totals, "rows" | "errors"> & { readonly errors: { [reason: string]: number } };
  private readonly rowsBefore: { readonly [output: string]: number };

  constructor({ bound, ledger, outputs, acknowledgements }: WorkOptions) {
    const { rows, errors, ...counts } = ledger.totals;
    this.counts = { ...counts, errors: { ...errors } };
    this.rowsBefore = rows;
    this.outputs = outputs(() => this.count("write"));
    const takeInto = (name: string): TakeRow => (this.outputs.get(name) as Output).take;
    this.engine = new Engine({
      spec: bound.spec,
      output: takeInto,
      errors: takeInto(ERRORS),
      refused: (reason) => this.count(reason),
    });
    this.engine.restore(ledger.state);
    const progress = ledger.state.store(COMMON_STORE).get("")?.get(PROGRESS);
    if (progress !== undefined) this.progress.read(progress);
    this.ids = new MessageIds(ledger.ids.next);
    ledger.ids.restoreInto(this.ids);
    this.run = new IdRunWriter(this.ids.next);
    this.condemned = ledger.condemned;
    this.acknowledgements = acknowledgements(this.ids.next);
  }

  /** Messages that are worked on and not recorded. */
  get unrecorded(): number {
    return this.run.count;
  }

  get totals(): Totals {
    const rows = Object.fromEntries(
      [...this.outputs.values()].map(({ name, written }) => [name, (this.rowsBefore[name] ?? 0) + written]),
    );
    return { ...this.counts, errors: { ...this.counts.errors }, rows };
  }

  /** Whether taking the message would have the pipeline work on it. */
  isUntried(batch: MessageBatch, place: number): boolean {
    const known = this.ids.find(batch.bytes, batch.idStart(place), batch.idEnd(place));
    return known < 0 && !this.condemned.has(batch.id(place));
  }

  take(batch: MessageBatch, place: number, now: number, running: number): Taken {
    const start = batch.idStart(place);
    const end = batch.idEnd(place);
    const known = this.ids.find(batch.bytes, start, end);
    // Not recorded yet: it will be acknowledged with its record, by its newer id.
    if (known >= 0 && this.acknowledgements.replace(known, batch, place)) {
      this.counts.duplicates += 1;
      return "duplicate";
    }
    this.remember(batch, place);
    if (known >= 0) {
      this.acknowledgements.supersede(known);
      this.counts.duplicates += 1;
      return "duplicate";
    }
    this.counts.messages += 1;
    this.progress.observe(batch.publishedAt(place), now, running);
    if (this.condemned.size > 0 && this.condemned.delete(batch.id(place))) {
      const words = "the processor ended several times while it worked on this message, and does not try it again";
      this.engine.refuse(batch, place, "function", words);
      return "condemned";
    }
    this.engine.take(batch, place);
    return "new";
  }

  /** The ids since the last record. */
  takeIds(): ReturnType<IdRunWriter["take"]> | undefined {
    return this.run.count === 0 ? undefined : this.run.take();
  }

  /** @param forgetTime the pipeline was drained: whoever comes next begins with a watermark of its own */
  takeState(forgetTime: boolean): Uint8Array {
    this.engine.writeChanges(this.changes);
    this.changes.store(COMMON_STORE);
    if (forgetTime) this.changes.gone("");
    else this.changes.put("", PROGRESS, (writer) => this.progress.write(writer));
    return this.changes.take();
  }

  private remember(batch: MessageBatch, place: number): void {
    const index = this.ids.add(batch.bytes, batch.idStart(place), batch.idEnd(place));
    const text = this.ids.read(index);
    this.run.add(parsed.high, parsed.low, text);
    this.acknowledgements.add(batch, place);
  }

  private count(reason: Reason): void {
    if (reason === "late") this.counts.late += 1;
    this.counts.errors[reason] = (this.counts.errors[reason] ?? 0) + 1;
  }
}

/** What an owner has of one input's messages: which have come, which are acknowledged, how far their time has come. */
import type { RecordedSource } from "../checkpoint/ledger";
import type { IdRun, SourceChange } from "../checkpoint/record";
import { IdRunWriter } from "../checkpoint/recorded-ids";
import type { EngineInput } from "../operators/input";
import type { Acknowledgements } from "../source/acknowledgements";
import type { MessageBatch } from "../source/message-batch";
import { MessageIds } from "../source/message-ids";
import { SourceProgress } from "../source/watermark";

export class SourceWork {
  readonly progress = new SourceProgress();
  readonly acknowledgements: Acknowledgements;
  private readonly ids: MessageIds;

  constructor(
    readonly input: string,
    readonly engine: EngineInput,
    recorded: RecordedSource,
    acknowledgements: (next: number) => Acknowledgements,
  ) {
    this.ids = new MessageIds(recorded.ids.next);
    recorded.ids.restoreInto(this.ids);
    this.acknowledgements = acknowledgements(this.ids.next);
  }

  /** Messages that are worked on and not recorded. */
  get unrecorded(): number {
    return this.acknowledgements.unrecorded;
  }

  /** Ids that are remembered. */
  get remembered(): number {
    return this.ids.size;
  }

  /** Whether its effect is in the state. */
  has(batch: MessageBatch, place: number): boolean {
    return this.ids.find(batch.bytes, batch.idStart(place), batch.idEnd(place)) >= 0;
  }

  /** Notes that a message has come, and that it is to be acknowledged. @returns whether it is new */
  note(batch: MessageBatch, place: number): boolean {
    const start = batch.idStart(place);
    const end = batch.idEnd(place);
    const known = this.ids.find(batch.bytes, start, end);
    // Not recorded yet: it will be acknowledged with its record, by its newer id.
    if (known >= 0 && this.acknowledgements.replace(known, batch, place)) return false;
    this.ids.add(batch.bytes, start, end);
    this.acknowledgements.add(batch, place);
    if (known < 0) return true;
    this.acknowledgements.supersede(known);
    return false;
  }

  /** What has changed since the last record, for the one that cuts the acknowledgements. @param running connected running time, in whole milliseconds */
  takeChange(running: number): SourceChange {
    const acknowledged = this.acknowledgements.takeConfirmed();
    for (const range of acknowledged) this.ids.confirm({ ...range, running });
    this.ids.expire(running);
    return { input: this.input, running, ids: this.unrecorded === 0 ? undefined : this.takeRun(), acknowledged };
  }

  private takeRun(): IdRun {
    const { first } = this.acknowledgements.current;
    const run = new IdRunWriter(first);
    this.ids.each(first, (high, low, text) => run.add(high, low, text));
    return run.take();
  }
}

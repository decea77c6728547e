/**
 * Rows for sinks that take each at once and may be told the same ones twice (upserts, Bigtable, Firestore): kept in the
 * run's folder, and sent once their attempt has claimed its task, each by its place in the run. A later place counts,
 * and a later run before an earlier one.
 */
import type { OutputBinding } from "../../../pipeline/bindings";
import type { AnyRow } from "../../../pipeline/schema/row";
import { timestampOfMilliseconds } from "../../../pipeline/schema/timestamp";
import type { FieldSpec, Json } from "../../../pipeline/spec";
import type { LogStore } from "../log/store";
import { type Messages, Moment } from "../operators/flow";
import type { SinkClients } from "../sinks/clients";
import { sinkKind, sinkName } from "../sinks/kinds";
import type { Attempt, BatchOutput, BatchSink, Begun, Staged } from "./batch-output";
import { StagedLines } from "./staged-lines";
import { StagedObjects, stagedObject } from "./staged-objects";
import type { Tries } from "./tries";

/** Rows that are sent at a time, or again. */
const AT_ONCE = 1_000;
/** Places of a task's rows: a task has fewer, and with the task's number it is one of 64 bits. */
const MOST_ROWS = 2 ** 40;

export interface SentRowsOptions {
  readonly output: string;
  readonly binding: OutputBinding;
  /** Of its rows. */
  readonly fields: readonly FieldSpec[];
  readonly clients: SinkClients;
  readonly store: LogStore;
  /** The run's, in the store. */
  readonly folder: string;
  readonly tries: Tries;
  readonly refuse: (row: Json, why: string) => void;
}

export class SentRows implements BatchSink {
  /** @throws Error where the binding names nothing */
  constructor(private readonly options: SentRowsOptions) {
    sinkName(options.binding);
  }

  open({ task, id }: Attempt): BatchOutput {
    const { store, folder, output, tries } = this.options;
    const objects = new StagedObjects(store, `${folder}/staged/${output}/${task}-${id}`, tries);
    return new StagedLines(objects, (row, time) => JSON.stringify([time, row] satisfies Kept));
  }

  async publish(staged: readonly Staged[], { started }: Begun): Promise<void> {
    const { store, tries } = this.options;
    for (const [task, { parts }] of staged.entries()) {
      let place = task * MOST_ROWS;
      for (const name of parts as readonly string[]) {
        const content = await stagedObject(store, name, tries);
        const lines = Buffer.from(content).toString().split("\n").slice(0, -1);
        for (let from = 0; from < lines.length; from += AT_ONCE) {
          const some = lines.slice(from, from + AT_ONCE).map((line) => JSON.parse(line) as Kept);
          await this.send(some, place, started);
          place += some.length;
        }
      }
    }
  }

  /** What is in the run's folder goes away with it. */
  async clear(): Promise<void> {}

  /** Those that were sent in a try that failed are sent again, and those that were refused then are so again. */
  private async send(rows: readonly Kept[], first: number, started: number): Promise<void> {
    const { output, binding, fields, clients, tries, refuse } = this.options;
    const refused = await tries(sinkName(binding), async () => {
      const found: (readonly [row: Json, why: string])[] = [];
      const moment = new Moment();
      moment.messages = new Places(first, started);
      const sent = sinkKind(binding).direct({
        output,
        binding,
        fields,
        clients,
        moment: () => moment,
        refuse: (row, why) => void found.push([row, why]),
      });
      for (const [i, [time, row]] of rows.entries()) {
        moment.place = i;
        sent.take(row, time);
      }
      await sent.send();
      return found;
    });
    for (const [row, why] of refused) refuse(row, why);
  }
}

/** A row with its time, as a line holds it. */
type Kept = readonly [time: number, row: AnyRow];

/** Rows by their place in the run, as sinks know messages: the number is the message's, and the run's start its time. */
class Places implements Messages {
  readonly bytes = new Uint8Array(0);

  constructor(
    private readonly first: number,
    private readonly started: number,
  ) {}

  dataStart(): number {
    return 0;
  }

  dataEnd(): number {
    return 0;
  }

  id(i: number): string {
    return String(this.first + i);
  }

  publishedAt(): number {
    return this.started;
  }

  publishTime(): string {
    return timestampOfMilliseconds(this.started);
  }

  attributes(): { readonly [name: string]: string } {
    return {};
  }
}

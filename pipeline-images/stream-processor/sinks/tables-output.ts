/**
 * A table for each value of a field, each exactly once: a stream of its own, requests and offsets of its own, recorded as
 * a part of the output. A table that gets no row for a while is forgotten, and its stream ended: what is recorded follows
 * the tables that are written to, and not all there ever were.
 */
import { forgotten, isForgotten, type OutputChange } from "../checkpoint/record";
import { partName, partOf } from "../checkpoint/output-parts";
import { RecordedOutput } from "../checkpoint/recorded-output";
import type { FieldSpec } from "../../../pipeline/spec";
import type { TakeRow } from "../operators/flow";
import type { LoggedOutput } from "./logged-output";
import { encodingOf, type RowEncoding, TableOutput, type TableOutputOptions } from "./table-output";
import type { TableClient } from "./table-client";
import type { TableMaker } from "./table-maker";
import { type TableOfRow, tableOfRow } from "./table-of-value";
import { tableParts, tablePath } from "./table-path";
import { Turns } from "./turns";

/** Calls to BigQuery that are underway at once: its servers take 100 on a connection. */
export const MOST_UNDERWAY = 64;
/** Milliseconds without a row after which a table is forgotten. BigQuery ends a stream after some idle days. */
const FORGOTTEN_AFTER = 3_600_000;

export interface TablesOutputOptions extends Omit<TableOutputOptions, "table" | "encoding"> {
  readonly maker: TableMaker;
  /** project.dataset.events_{region} */
  readonly tables: string;
  /** Of its rows. */
  readonly fields: readonly FieldSpec[];
  /** What is recorded of it, by table. */
  readonly recorded: ReadonlyMap<string, RecordedOutput>;
}

interface Part {
  readonly output: TableOutput;
  /** When it had something to write last. */
  used: number;
  forgotten: boolean;
}

export class TablesOutput implements LoggedOutput {
  private readonly parts = new Map<string, Part>();
  /** Streams of tables that are being forgotten, by the names of their parts. */
  private readonly ending = new Map<string, string>();
  private readonly tableOf: TableOfRow;
  private readonly encoding: RowEncoding;
  private readonly turns = new Turns(MOST_UNDERWAY);
  private runs = false;
  private writtenByForgotten = 0;

  constructor(
    readonly name: string,
    private readonly options: TablesOutputOptions,
  ) {
    this.tableOf = tableOfRow(options.tables);
    this.encoding = encodingOf(options.fields);
    for (const [table, recorded] of options.recorded) this.open(table, recorded);
  }

  readonly take: TakeRow = (row, time) => {
    const to = this.tableOf(row);
    if ("why" in to) this.options.refused(row, to.why);
    else this.partFor(to.table).output.take(row, time);
  };

  get buffered(): number {
    return this.sum(({ buffered }) => buffered);
  }

  get bufferedBytes(): number {
    return this.sum(({ bufferedBytes }) => bufferedBytes);
  }

  get unwritten(): number {
    return this.sum(({ unwritten }) => unwritten);
  }

  get unwrittenBytes(): number {
    return this.sum(({ unwrittenBytes }) => unwrittenBytes);
  }

  get written(): number {
    return this.writtenByForgotten + this.sum(({ written }) => written);
  }

  get changed(): boolean {
    for (const part of this.parts.values()) if (part.output.changed || this.isDone(part)) return true;
    return false;
  }

  takeChanges(): readonly OutputChange[] {
    const changes: OutputChange[] = [];
    for (const [table, part] of this.parts) {
      if (part.output.changed) changes.push(part.output.takeChange());
      else if (this.isDone(part)) changes.push(this.forget(table, part));
    }
    return changes;
  }

  release(change: OutputChange): void {
    if (isForgotten(change)) return this.end(change.output);
    const part = this.parts.get(partOf(change.output));
    if (part === undefined) return;
    part.used = this.options.clock.now();
    part.output.release(change);
  }

  async run(): Promise<void> {
    this.runs = true;
    await Promise.all([...this.parts.values()].map(({ output }) => output.run()));
  }

  private sum(of: (output: TableOutput) => number): number {
    let sum = 0;
    for (const { output } of this.parts.values()) sum += of(output);
    return sum;
  }

  private partFor(table: string): Part {
    return this.parts.get(table) ?? this.open(table, new RecordedOutput(partName(this.name, table)));
  }

  private open(table: string, recorded: RecordedOutput): Part {
    const { options, encoding } = this;
    const output: TableOutput = new TableOutput(
      partName(this.name, table),
      {
        ...options,
        encoding,
        table: tablePath(table),
        client: this.clientOf(table),
        mayLeave: () => options.mayLeave() && !part.forgotten,
      },
      recorded,
    );
    const part: Part = { output, used: options.clock.now(), forgotten: false };
    this.parts.set(table, part);
    if (this.runs)
      output.run().catch((error: unknown) => options.fail(error instanceof Error ? error : new Error(String(error))));
    return part;
  }

  /** A stream is of a table that is there: where it is not, it is made. */
  private clientOf(table: string): TableClient {
    const { client, maker, fields } = this.options;
    return {
      createStream: (path) =>
        this.turns.take(async () => {
          await maker.make(tableParts(table), fields);
          return client.createStream(path);
        }),
      append: (request) => this.turns.take(() => client.append(request)),
      finalize: (stream) => this.turns.take(() => client.finalize(stream)),
    };
  }

  private isDone({ output, used }: Part): boolean {
    return output.settledStream !== undefined && this.options.clock.now() - used >= FORGOTTEN_AFTER;
  }

  private forget(table: string, part: Part): OutputChange {
    const stream = part.output.settledStream;
    const change = forgotten(part.output.takeChange());
    if (stream !== undefined) this.ending.set(change.output, stream);
    this.writtenByForgotten += part.output.written;
    part.forgotten = true;
    this.parts.delete(table);
    return change;
  }

  /** Nobody knows of the stream any more. Whether it is ended is nobody's concern: BigQuery does so itself, some days later. */
  private end(name: string): void {
    const stream = this.ending.get(name);
    this.ending.delete(name);
    if (stream !== undefined) this.turns.take(() => this.options.client.finalize(stream)).catch(() => undefined);
  }
}

/**
 * A part of a step's keys, on disk: what the step held of them at some moment, and the rows that have come since, in
 * their order.
 */
import { deserialize, serialize } from "node:v8";
import type { AnyRow } from "../../../../pipeline/schema/row";
import { RecordedState } from "../../checkpoint/recorded-state";
import type { RowWindow } from "../../window/row-window";
import type { RowMessage } from "./row-message";
import type { SpillFolder } from "./spill-folder";

/** A row on its way to a step. */
export interface Waiting {
  /** Which of the step's inputs it comes to. */
  readonly input: number;
  readonly row: AnyRow;
  readonly time: number;
  /** Where a step before gave it one. */
  readonly window: RowWindow | undefined;
  /** What it was read from, where somebody may ask. */
  readonly message: RowMessage | undefined;
}

/** Rows that are written together: many enough for a write, few enough for each of some hundred parts. */
const TOGETHER = 512;

export class Partition {
  /** It was too large: others have what it had. */
  children: readonly Partition[] | undefined;
  private waiting: Waiting[] = [];
  private readonly state: SizedFile;
  private readonly rows: SizedFile;

  /** @param depth 0 for those that a step is divided into at first */
  constructor(
    private readonly folder: SpillFolder,
    readonly depth: number,
  ) {
    this.state = { name: folder.name(), size: 0 };
    this.rows = { name: folder.name(), size: 0 };
  }

  get isEmpty(): boolean {
    return this.state.size === 0 && this.rows.size === 0 && this.waiting.length === 0;
  }

  get rowBytes(): number {
    return this.rows.size;
  }

  get stateBytes(): number {
    return this.state.size;
  }

  add(row: Waiting): void {
    if (this.waiting.push(row) >= TOGETHER) this.write();
  }

  addState(changes: Uint8Array): void {
    this.addTo(this.state, changes);
  }

  /** What the step held, as it is recorded. */
  held(): RecordedState {
    const state = new RecordedState();
    for (const block of this.folder.blocks(this.state.name, this.state.size)) state.apply(block);
    return state;
  }

  /** The rows that have come since, some at a time. */
  *since(): Generator<readonly Waiting[]> {
    for (const block of this.folder.blocks(this.rows.name, this.rows.size)) yield rowsOf(block);
    if (this.waiting.length > 0) yield this.waiting;
  }

  /** The rows are in what the step holds now. */
  replace(state: Uint8Array): void {
    this.clear();
    this.addState(state);
  }

  /** There is nothing of it any more. */
  clear(): void {
    this.waiting = [];
    for (const file of [this.state, this.rows]) {
      this.folder.remove(file.name, file.size);
      file.size = 0;
    }
  }

  private write(): void {
    const rows = this.waiting;
    this.waiting = [];
    this.addTo(this.rows, blockOf(rows));
  }

  private addTo(file: SizedFile, block: Uint8Array): void {
    this.folder.add(file.name, block);
    file.size += 4 + block.length;
  }
}

/** What rows mostly have not is left out for all of them. */
interface Columns {
  readonly inputs: readonly number[];
  readonly rows: readonly AnyRow[];
  readonly times: readonly number[];
  readonly windows: readonly (RowWindow | undefined)[] | undefined;
  readonly messages: readonly (RowMessage | undefined)[] | undefined;
}

function blockOf(rows: readonly Waiting[]): Uint8Array {
  const columns: Columns = {
    inputs: rows.map(({ input }) => input),
    rows: rows.map(({ row }) => row),
    times: rows.map(({ time }) => time),
    windows: rows.some(({ window }) => window !== undefined) ? rows.map(({ window }) => window) : undefined,
    messages: rows.some(({ message }) => message !== undefined) ? rows.map(({ message }) => message) : undefined,
  };
  return serialize(columns);
}

function rowsOf(block: Uint8Array): readonly Waiting[] {
  const { inputs, rows, times, windows, messages } = deserialize(block) as Columns;
  return rows.map((row, i) => ({
    input: inputs[i] as number,
    row,
    time: times[i] as number,
    window: windows?.[i],
    message: messages?.[i],
  }));
}

interface SizedFile {
  readonly name: string;
  size: number;
}

/** Rows of two streams that meet by key, in windows: what has come of both is kept until the window gives a pane. */
import type { WireReader, WireWriter } from "../../../pipeline/protobuf/wire";
import { generate, keyOf, literal } from "../../../pipeline/schema/generated";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec, StepSpec } from "../../../pipeline/spec";
import type { Accumulation, Pane } from "../window/groups";
import { jsonCodec } from "./aggregators/aggregator";
import type { TakeRow } from "./flow";
import { GroupingOperator, type GroupingOptions } from "./grouping";
import { keyCodec } from "./keys";

type JoinStep = Extract<StepSpec, { readonly kind: "join" }>;
type Side = 0 | 1;

export interface JoinOptions extends GroupingOptions {
  readonly step: JoinStep;
  /** Of the rows of each side. */
  readonly left: readonly FieldSpec[];
  readonly right: readonly FieldSpec[];
  /** Names of the fields that anybody reads of the rows that it gives. */
  readonly needed: readonly string[];
}

export class JoinOperator extends GroupingOperator {
  private readonly rows: RowsOfBoth;
  private readonly pair: (left: AnyRow, right: AnyRow) => AnyRow;
  private readonly leftAlone: (left: AnyRow) => AnyRow;
  private readonly rightAlone: (right: AnyRow) => AnyRow;

  constructor(private readonly options: JoinOptions) {
    const { step, left } = options;
    const rows = new RowsOfBoth();
    super(step.id, options, keyCodec(step.on, left), rows);
    this.rows = rows;
    this.pair = rowOf(options, "left", "left", "right");
    this.leftAlone = rowOf(options, "left", "left", undefined);
    this.rightAlone = rowOf(options, "right", undefined, "right");
  }

  readonly takeLeft: TakeRow = (row, time) => {
    this.rows.side = 0;
    this.put(row, time);
  };

  readonly takeRight: TakeRow = (row, time) => {
    this.rows.side = 1;
    this.put(row, time);
  };

  protected fire({ key, accumulators }: Pane, time: number): void {
    const { next, step } = this.options;
    const [left, right] = accumulators as [AnyRow[], AnyRow[]];
    // A null meets nothing.
    const meets = !this.keys.values(key).includes(null);
    const met = meets && left.length > 0 && right.length > 0;
    if (met) for (const one of left) for (const other of right) next(this.pair(one, other), time);
    if (met || step.type === "inner") return;
    for (const one of left) next(this.leftAlone(one), time);
    if (step.type === "full") for (const one of right) next(this.rightAlone(one), time);
  }
}

/** A row that is given, as code; of a side that is undefined every field is null, or an empty list. */
function rowOf(
  { step, left, right, needed }: JoinOptions,
  keys: "left" | "right",
  leftSide: "left" | undefined,
  rightSide: "right" | undefined,
): (one: AnyRow, other?: AnyRow) => AnyRow {
  const valueOf = (name: string): string => {
    if (step.on.includes(name)) return `${keys}[${literal(name)}]`;
    const field = left.find((one) => one.name === name);
    const side = field === undefined ? rightSide : leftSide;
    if (side !== undefined) return `${side}[${literal(name)}]`;
    const missing = field ?? right.find((one) => one.name === name);
    return missing?.mode === "REPEATED" ? "[]" : "null";
  };
  const fields = needed.map((name) => `${keyOf(name)}: ${valueOf(name)}`).join(", ");
  const parameters = [leftSide, rightSide].filter((side) => side !== undefined).join(", ");
  return generate(`return (${parameters}) => ({ ${fields} });`, {}) as (one: AnyRow, other?: AnyRow) => AnyRow;
}

/** What has come of both sides. */
class RowsOfBoth implements Accumulation<AnyRow> {
  /** Of the row that comes next. */
  side: Side = 0;

  empty(): unknown[] {
    return [[], []];
  }

  clear(accumulators: unknown[]): void {
    accumulators.splice(0, 2, [], []);
  }

  add(accumulators: unknown[], row: AnyRow): void {
    (accumulators[this.side] as AnyRow[]).push(row);
  }

  merge(one: readonly unknown[], other: readonly unknown[]): unknown[] {
    return [0, 1].map((side) => [...(one[side] as AnyRow[]), ...(other[side] as AnyRow[])]);
  }

  write(writer: WireWriter, accumulators: readonly unknown[]): void {
    jsonCodec.write(writer, accumulators);
  }

  read(reader: WireReader): unknown[] {
    return jsonCodec.read(reader) as unknown[];
  }
}

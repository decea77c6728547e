import type { WireReader, WireWriter } from "../../../pipeline/protobuf/wire";
import type { Cell, PaneTiming } from "./cells";

/** By the number that is recorded. */
export const timings: readonly (PaneTiming | undefined)[] = [undefined, "EARLY", "ON_TIME", "LATE"];
const FRESH = 4;
const HELD = 8;

/** How accumulators are recorded. */
export interface AccumulatorCodec {
  write(writer: WireWriter, accumulators: readonly unknown[]): void;
  read(reader: WireReader): unknown[];
}

export function writeCell(writer: WireWriter, cell: Cell, codec: AccumulatorCodec): void {
  writer.uint32(timings.indexOf(cell.timing) | (cell.fresh ? FRESH : 0) | (cell.held ? HELD : 0));
  writer.uint32(cell.panes);
  writer.uint32(cell.trigger.length);
  for (const value of cell.trigger) writer.double(value);
  codec.write(writer, cell.accumulators);
}

export type RecordedCell = Pick<Cell, "timing" | "fresh" | "held" | "panes" | "trigger" | "accumulators">;

export function readCell(reader: WireReader, codec: AccumulatorCodec): RecordedCell {
  const flags = reader.uint32();
  const panes = reader.uint32();
  const trigger: number[] = [];
  for (let left = reader.uint32(); left > 0; left -= 1) trigger.push(reader.double());
  const accumulators = codec.read(reader);
  return {
    timing: timings[flags & 3],
    fresh: (flags & FRESH) !== 0,
    held: (flags & HELD) !== 0,
    panes,
    trigger,
    accumulators,
  };
}

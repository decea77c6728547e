import type { WireReader, WireWriter } from "../../../pipeline/protobuf/wire";
import { type Cell, Flag } from "./cells";

/** How accumulators are recorded. */
export interface AccumulatorCodec {
  write(writer: WireWriter, accumulators: readonly unknown[]): void;
  read(reader: WireReader): unknown[];
}

export function writeCell(writer: WireWriter, cell: Cell, codec: AccumulatorCodec): void {
  writer.uint32(cell.flags & Flag.recorded);
  writer.uint32(cell.panes);
  writer.uint32(cell.trigger.length);
  for (const value of cell.trigger) writer.double(value);
  codec.write(writer, cell.accumulators);
}

export type RecordedCell = Pick<Cell, "flags" | "panes" | "trigger" | "accumulators">;

export function readCell(reader: WireReader, codec: AccumulatorCodec): RecordedCell {
  const flags = reader.uint32();
  const panes = reader.uint32();
  const trigger: number[] = [];
  for (let left = reader.uint32(); left > 0; left -= 1) trigger.push(reader.double());
  return { flags: flags & Flag.recorded, panes, trigger, accumulators: codec.read(reader) };
}

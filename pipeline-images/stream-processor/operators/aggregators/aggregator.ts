import type { WireReader, WireWriter } from "../../../../pipeline/protobuf/wire";
import type { Json } from "../../../../pipeline/spec";

/** Puts values together. An accumulator is whatever it likes, as long as it can be recorded. */
export interface Aggregator<Accumulator = unknown> {
  empty(): Accumulator;
  /** Takes a value that is not null; gives the accumulator, the same one changed or another. */
  add(accumulator: Accumulator, value: Json, time: number): Accumulator;
  /** What two come to that turn out to be one: another than both, which stay as they are. */
  merge(one: Accumulator, other: Accumulator): Accumulator;
  /** What it comes to; null over nothing. @throws Error where that is not a value of its field. */
  result(accumulator: Accumulator): Json;
  write(writer: WireWriter, accumulator: Accumulator): void;
  read(reader: WireReader): Accumulator;
}

/** An accumulator as JSON: for those that are lists. */
export const jsonCodec = {
  write: (writer: WireWriter, accumulator: unknown): void => void writer.string(JSON.stringify(accumulator)),
  read: (reader: WireReader): unknown => JSON.parse(reader.string()),
};

import type { Json } from "../../../../pipeline/spec";
import { type Aggregator, jsonCodec } from "./aggregator";

/** How many different values, exactly. */
export const countDistinct: Aggregator<Set<Json>> = {
  empty: () => new Set(),
  add: (values, value) => values.add(value),
  merge: (one, other) => new Set([...one, ...other]),
  result: (values) => values.size,
  write: (writer, values) => jsonCodec.write(writer, [...values]),
  read: (reader) => new Set(jsonCodec.read(reader) as Json[]),
};

import type { Json } from "../../../../pipeline/spec";
import { type Aggregator, jsonCodec } from "./aggregator";

/** All values, in the order in which they came. */
export const collect: Aggregator<Json[]> = {
  empty: () => [],
  add(values, value) {
    values.push(value);
    return values;
  },
  merge: (one, other) => [...one, ...other],
  result: (values) => values.slice(),
  write: jsonCodec.write,
  read: (reader) => jsonCodec.read(reader) as Json[],
};

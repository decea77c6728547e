import type { Aggregator } from "./aggregator";

/** How many values, or rows. */
export const count: Aggregator<number> = {
  empty: () => 0,
  add: (accumulator) => accumulator + 1,
  merge: (one, other) => one + other,
  result: (accumulator) => accumulator,
  write: (writer, accumulator) => void writer.safeInt64(accumulator),
  read: (reader) => reader.safeInt64(),
};

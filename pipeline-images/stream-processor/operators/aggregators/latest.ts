import type { Json } from "../../../../pipeline/spec";
import { type Aggregator, jsonCodec } from "./aggregator";

interface Latest {
  readonly time: number;
  readonly value: Json;
}

/** The value of the largest event time; of several, the one that came last. */
export const latest: Aggregator<Latest> = {
  empty: () => ({ time: -Infinity, value: null }),
  add: (accumulator, value, time) => (time >= accumulator.time ? { time, value } : accumulator),
  // Rows of one time are in one session from the first: here none is as late as the other's.
  merge: (one, other) => (other.time >= one.time ? other : one),
  result: ({ value }) => value,
  write(writer, { time, value }) {
    writer.double(time);
    jsonCodec.write(writer, value);
  },
  read: (reader) => ({ time: reader.double(), value: jsonCodec.read(reader) as Json }),
};

import type { Json } from "../../../../pipeline/spec";
import { type Aggregator, jsonCodec } from "./aggregator";

interface Sample {
  readonly rows: Json[];
  seen: number;
  /** Of the generator: recorded with the rest, so that a restart goes on with the same chance. */
  state: number;
}

/** So many rows, each row as likely as any other (Vitter's algorithm R). */
export const sample = (size: number): Aggregator<Sample> => ({
  empty: () => ({ rows: [], seen: 0, state: 1 }),
  add(accumulator, row) {
    accumulator.seen += 1;
    if (accumulator.rows.length < size) accumulator.rows.push(row);
    else {
      accumulator.state = (accumulator.state + 0x6d2b_79f5) >>> 0;
      const place = Math.floor(scramble(accumulator.state) * accumulator.seen);
      if (place < size) accumulator.rows[place] = row;
    }
    return accumulator;
  },
  /** Each place is of one of the two, as likely as it has seen more rows. */
  merge(one, other) {
    const state = (one.state + other.state) >>> 0;
    const merged: Sample = { rows: [], seen: one.seen + other.seen, state };
    const [left, right] = [one.rows.slice(), other.rows.slice()];
    let [mine, theirs] = [one.seen, other.seen];
    while (merged.rows.length < size && left.length + right.length > 0) {
      merged.state = (merged.state + 0x6d2b_79f5) >>> 0;
      const fromOne = right.length === 0 || (left.length > 0 && scramble(merged.state) * (mine + theirs) < mine);
      const from = fromOne ? left : right;
      if (fromOne) mine -= 1;
      else theirs -= 1;
      merged.rows.push(...from.splice(Math.floor(scramble(merged.state ^ from.length) * from.length), 1));
    }
    return merged;
  },
  result: ({ rows }) => rows.slice(),
  write: jsonCodec.write,
  read: (reader) => jsonCodec.read(reader) as Sample,
});

/** From 0 to 1 (mulberry32). */
function scramble(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

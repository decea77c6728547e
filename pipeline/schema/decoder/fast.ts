/** The fast way: code generated for the schema, which gives undefined for any event that is not as expected. */
import { isUtf8 } from "node:buffer";
import { generate } from "../generated";
import { Interner } from "./interner";
import { isAt } from "./name-lookup";
import type { NewRow, Read } from "./read";
import {
  booleanAt,
  civilAt,
  epochAt,
  epochMillisecondsAt,
  epochs,
  floatAt,
  integerAt,
  listed,
  nullAt,
  stringAt,
  timestampAt,
} from "./readers";
import { cursor, jsonAt, nameAt, oddScalar, passOver, spaceEnd, spaceStart } from "./scan";
import { recordFunction, type Source } from "./source";

/** @returns the row, or undefined where the readable way must say what the bytes are. */
export type Fast = (bytes: Buffer, start: number, end: number) => NewRow | undefined;

/** What the source calls. */
const steps = {
  booleanAt,
  civilAt,
  cursor,
  epochAt,
  epochMillisecondsAt,
  epochs,
  floatAt,
  integerAt,
  isAt,
  jsonAt,
  listed,
  nameAt,
  nullAt,
  oddScalar,
  passOver,
  spaceEnd,
  stringAt,
  timestampAt,
};

const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

export function compileFast({ fields, reads, metadata, time }: Read): Fast {
  const source: Source = { functions: [], fields: [], lookups: [], names: [], interners: 0 };
  const main = recordFunction({ fields, reads, metadata, time, depth: 0 }, source);
  const read = generate(`${source.functions.join("\n")}\nreturn ${main};`, {
    ...steps,
    fields: source.fields,
    lookups: source.lookups,
    names: source.names,
    interners: Array.from({ length: source.interners }, () => new Interner()),
  }) as (bytes: Buffer, view: DataView, start: number, end: number) => NewRow | undefined;
  // Events mostly lie side by side in the memory of a response, a request or a block of a file.
  let viewed: Buffer | undefined;
  let view: DataView = new DataView(new ArrayBuffer(0));
  return (bytes, start, end) => {
    if (bytes !== viewed) {
      viewed = bytes;
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    const from = bytes[start] === OPEN_OBJECT ? start : spaceEnd(bytes, start, end);
    const to = bytes[end - 1] === CLOSE_OBJECT ? end : spaceStart(bytes, start, end);
    if (to - from < 2 || bytes[to - 1] !== CLOSE_OBJECT) return undefined;
    cursor.wide = false;
    const row = read(bytes, view, from, to);
    if (row === undefined || cursor.at !== to) return undefined;
    return cursor.wide && !isUtf8(bytes.subarray(from, to)) ? undefined : row;
  };
}

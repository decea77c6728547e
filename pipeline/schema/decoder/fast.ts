/** The fast way: code generated for the schema, which gives undefined for any event that is not as expected. */
import { isUtf8 } from "node:buffer";
import { generate } from "../generated";
import { normalTextOf } from "../scalar";
import { timestampOf } from "../timestamp";
import { Interner } from "./interner";
import { cursor, jsonAt, oddScalar, plain, spaceEnd, spaceStart, textAt, timestampAt, valueEnd } from "./scan";
import type { NewRow, Read } from "./read";
import { recordFunction } from "./source";
import type { Scope } from "./values";

/** @returns the row, or undefined where the readable way must say what the bytes are. */
export type Fast = (bytes: Buffer, start: number, end: number) => NewRow | undefined;

const CLOSE_OBJECT = 125;
const OPEN_OBJECT = 123;

export function compileFast({ fields, reads, metadata }: Read): Fast {
  const scope: Scope = { functions: [], fields: [], interners: 0 };
  const main = recordFunction({ fields, reads: new Set(reads.map(({ name }) => name)), metadata, depth: 1 }, scope);
  const interners = Array.from({ length: scope.interners }, (_, i): [string, Interner] => [`in${i}`, new Interner()]);
  const record = generate(`${scope.functions.join("\n")}\nreturn ${main};`, {
    ...normalTextOf,
    ...Object.fromEntries(interners),
    fields: scope.fields,
    powers: Array.from({ length: 16 }, (_, i) => 10 ** i),
    cursor,
    plain,
    spaceEnd,
    textAt,
    valueEnd,
    oddScalar,
    jsonAt,
    timestampOf,
    timestampAt,
  }) as Fast;
  return (bytes, start, end) => {
    const from = bytes[start] === OPEN_OBJECT ? start : spaceEnd(bytes, start, end);
    const to = bytes[end - 1] === CLOSE_OBJECT ? end : spaceStart(bytes, start, end);
    if (to - from < 2 || bytes[from] !== OPEN_OBJECT || bytes[to - 1] !== CLOSE_OBJECT) return undefined;
    cursor.wide = false;
    const row = record(bytes, from + 1, to);
    if (row === undefined || cursor.at !== to) return undefined;
    return cursor.wide && !isUtf8(bytes.subarray(from, to)) ? undefined : row;
  };
}

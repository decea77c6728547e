/** The readable way: any JSON text, to a row or to the one error. What the fast way gives, it gives too. */
import { isUtf8 } from "node:buffer";
import type { Json } from "../../spec";
import { RowError } from "../row";
import { millisecondsOf } from "../timestamp";
import { walker } from "../walk";
import { event } from "./event";
import { NotJson, parseJson } from "./parse";
import type { NewRow, Read } from "./read";
import { cursor } from "./scan";

export function compileSlow({
  reads,
  metadata,
  time,
}: Read): (bytes: Buffer, start: number, end: number) => NewRow | RowError {
  const walk = walker(
    [...reads.filter(({ name }) => !metadata.has(name)), ...(time === undefined ? [] : [time])],
    event,
  );
  return (bytes, start, end) => {
    const part = bytes.subarray(start, end);
    if (!isUtf8(part)) return new RowError("$", "$: not UTF-8, so not JSON");
    const text = part.toString("utf8");
    const parsed = parseJson(text);
    if (parsed instanceof NotJson) {
      const at = Buffer.byteLength(text.slice(0, parsed.at));
      return new RowError("$", `$: not JSON at byte ${at}: ${parsed.problem}`);
    }
    const row = walk(parsed);
    if (row instanceof RowError || (metadata.size === 0 && time === undefined)) return row;
    if (time !== undefined) cursor.time = millisecondsOf(row[time.name] as string);
    return Object.fromEntries(reads.map(({ name }) => [name, metadata.has(name) ? null : (row[name] as Json)]));
  };
}

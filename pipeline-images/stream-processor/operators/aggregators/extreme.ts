import { decimal } from "../../../../pipeline/schema/decimal";
import type { Decimal } from "../../../../pipeline/schema/field";
import type { FieldSpec, Json } from "../../../../pipeline/spec";
import { type Aggregator, jsonCodec } from "./aggregator";

type Less = (a: Json, b: Json) => boolean;

/** Order of the values of a field: text by its characters, so that times are in order, and numbers by what they are. */
function lessOf({ type, as }: FieldSpec): Less {
  if (type === "NUMERIC") return (a, b) => decimal.compare(a as Decimal, b as Decimal) < 0;
  if (type === "INTEGER" && as === "text") return (a, b) => BigInt(a as string) < BigInt(b as string);
  return (a, b) => (a as number) < (b as number);
}

const extreme = (replaces: Less): Aggregator<Json> => ({
  empty: () => null,
  add: (found, value) => (found === null || replaces(value, found) ? value : found),
  merge: (one, other) => (one === null || (other !== null && replaces(other, one)) ? other : one),
  result: (found) => found,
  write: jsonCodec.write,
  read: (reader) => jsonCodec.read(reader) as Json,
});

export const min = (field: FieldSpec): Aggregator<Json> => extreme(lessOf(field));

export function max(field: FieldSpec): Aggregator<Json> {
  const less = lessOf(field);
  return extreme((value, found) => less(found, value));
}

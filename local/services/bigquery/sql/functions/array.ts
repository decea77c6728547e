import { coerce } from "../coerce";
import { raise, typed } from "../typed";
import { arrayOf, BOOLEAN, elementOf, INTEGER, NUMERIC, FLOAT, STRING, type SqlType } from "../types";
import { anyArray, form, noSignature, one, optional, same, type Special, type SqlFunction } from "./function";

const concat: Special = (site) => {
  const values = site.call.arguments.map((argument) => site.expression(argument));
  const [first] = values;
  if (first?.type.kind !== "ARRAY") throw noSignature(site, values);
  const lists = values.map((value) => coerce(value, first.type));
  if (lists.includes(undefined)) throw noSignature(site, values);
  const [head, ...rest] = lists.map((list) => list?.sql ?? "");
  return typed(
    rest.reduce((left, right) => `(${left} || ${right})`, head as string),
    first.type,
  );
};

const element = (types: readonly SqlType[]): SqlType => elementOf(types[0] as SqlType);
const series = (type: SqlType, duckdb: string) =>
  form([type, type, optional(type)], arrayOf(type), (from, to, step = "1") => {
    const by = `CASE WHEN ${step} = 0 THEN ${raise("'Sequence step cannot be 0.'", duckdb)} ELSE ${step} END`;
    return `CAST(generate_series(${from}, ${to}, ${by}) AS ${duckdb}[])`;
  });

/** The element at a place, where there is one. */
const elementAt = (name: string, place: number): SqlFunction =>
  one([anyArray], element, (list) => {
    const none = raise(`'${name} cannot get an element of an empty array'`, "BIGINT");
    return `list_extract(${list}, CASE WHEN len(${list}) = 0 THEN ${none} ELSE ${place} END)`;
  });

/** Offsets count from 0 here and from 1 in DuckDB; negative ones from the end in both. */
const place = (offset = "0"): string => `CASE WHEN ${offset} < 0 THEN ${offset} ELSE ${offset} + 1 END`;

export const arrayFunctions: { readonly [name: string]: SqlFunction } = {
  ARRAY_CONCAT: concat,
  ARRAY_FIRST: elementAt("ARRAY_FIRST", 1),
  ARRAY_INCLUDES: (site) => {
    const values = site.call.arguments.map((argument) => site.expression(argument));
    const [list, wanted] = values;
    const value = list && wanted && coerce(wanted, elementOf(list.type));
    if (list?.type.kind !== "ARRAY" || value === undefined) throw noSignature(site, values);
    return typed(`list_contains(${list.sql}, ${value.sql})`, BOOLEAN);
  },
  ARRAY_LAST: elementAt("ARRAY_LAST", -1),
  ARRAY_LENGTH: one([anyArray], INTEGER, (list) => `CAST(len(${list}) AS BIGINT)`),
  ARRAY_MAX: one([anyArray], element, (list) => `list_max(${list})`),
  ARRAY_MIN: one([anyArray], element, (list) => `list_min(${list})`),
  ARRAY_REVERSE: one([anyArray], same(0), (list) => `list_reverse(${list})`),
  ARRAY_SLICE: one(
    [anyArray, INTEGER, INTEGER],
    same(0),
    (list, from, to) => `list_slice(${list}, ${place(from)}, ${place(to)})`,
  ),
  ARRAY_TO_STRING: one([anyArray, STRING, optional(STRING)], STRING, (list, by, missing) =>
    missing === undefined
      ? `array_to_string(list_filter(${list}, lambda e: e IS NOT NULL), ${by})`
      : `array_to_string(list_transform(${list}, lambda e: coalesce(CAST(e AS VARCHAR), ${missing})), ${by})`,
  ),
  GENERATE_ARRAY: [series(INTEGER, "BIGINT"), series(NUMERIC, "DECIMAL(38,9)"), series(FLOAT, "DOUBLE")],
};

/** CAST and SAFE_CAST. @see https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions */
import { quoted, quotedText } from "../schema/duckdb-type";
import { sameType } from "./coerce";
import { raise, typed, type Typed } from "./typed";
import { duckdbText, type SqlField, type SqlType } from "./types";

/** From each type to which others, beside itself. */
const possible: { readonly [from in SqlType["kind"]]?: readonly SqlType["kind"][] } = {
  INTEGER: ["STRING", "FLOAT", "NUMERIC", "BOOLEAN"],
  FLOAT: ["STRING", "INTEGER", "NUMERIC"],
  NUMERIC: ["STRING", "INTEGER", "FLOAT"],
  BOOLEAN: ["STRING", "INTEGER"],
  STRING: ["BYTES", "INTEGER", "FLOAT", "NUMERIC", "BOOLEAN", "TIMESTAMP", "DATE", "TIME", "DATETIME", "INTERVAL"],
  BYTES: ["STRING"],
  TIMESTAMP: ["STRING", "DATE", "DATETIME", "TIME"],
  DATE: ["STRING", "DATETIME", "TIMESTAMP"],
  DATETIME: ["STRING", "DATE", "TIME", "TIMESTAMP"],
  TIME: ["STRING"],
  INTERVAL: ["STRING"],
};

/** @returns undefined where there is no such cast. */
export function castTo(value: Typed, to: SqlType, safe: boolean): Typed | undefined {
  const from = value.type;
  if (to.kind === "UNKNOWN" || sameType(from, to)) return value;
  const text = duckdbText(to);
  if (text === undefined) return undefined;
  const plain = typed(`${safe ? "TRY_CAST" : "CAST"}(${value.sql} AS ${text})`, to);
  if (from.kind === "UNKNOWN") return plain;
  if (from.kind === "ARRAY" && to.kind === "ARRAY") {
    return castTo(typed("x", from.element), to.element, safe) === undefined ? undefined : plain;
  }
  if (from.kind === "RECORD" && to.kind === "RECORD") return castRecord(value.sql, from.fields, to, safe);
  if (possible[from.kind]?.includes(to.kind) !== true) return undefined;
  const special = specials[`${from.kind} ${to.kind}`];
  if (special === undefined) return plain;
  const sql = special(value.sql);
  return typed(safe ? `TRY(${sql})` : sql, to);
}

/** Fields are cast by their place: DuckDB goes by their names. */
function castRecord(
  sql: string,
  from: readonly SqlField[],
  to: SqlType & { kind: "RECORD" },
  safe: boolean,
): Typed | undefined {
  if (from.length !== to.fields.length) return undefined;
  const fields = to.fields.map((field, at) => {
    const source = from[at] as SqlField;
    return [field.name, castTo(typed(`${sql}.${quoted(source.name)}`, source.type), field.type, safe)] as const;
  });
  if (fields.some(([, value]) => value === undefined)) return undefined;
  const list = fields.map(([name, value]) => `${quotedText(name)}: ${(value as Typed).sql}`).join(", ");
  return typed(`CASE WHEN ${sql} IS NULL THEN NULL ELSE {${list}} END`, to);
}

const bad = (what: string, sql: string): string => raise(`'Bad ${what} value: ' || ${sql}`, "VARCHAR");

const specials: { readonly [fromTo: string]: (sql: string) => string } = {
  "STRING INTEGER": (x) =>
    `CAST(CASE WHEN ${x} IS NULL OR regexp_full_match(${x}, '\\s*[+-]?[0-9]+\\s*') THEN ${x} ELSE ${bad("int64", x)} END AS BIGINT)`,
  "STRING BOOLEAN": (x) =>
    `CAST(CASE WHEN ${x} IS NULL OR lower(${x}) IN ('true', 'false') THEN ${x} ELSE ${bad("bool", x)} END AS BOOLEAN)`,
  "STRING BYTES": (x) => `encode(${x})`,
  "BYTES STRING": (x) => `decode(${x})`,
  "FLOAT INTEGER": (x) => `CAST(round(${x}) AS BIGINT)`,
  "FLOAT STRING": (x) => floatText(x),
  "NUMERIC STRING": (x) => `regexp_replace(CAST(${x} AS VARCHAR), '\\.?0+$', '')`,
  "TIMESTAMP TIME": (x) => `CAST(CAST(${x} AS TIMESTAMP) AS TIME)`,
};

/** A whole number without a point: 1.0 is "1". */
export const floatText = (x: string): string =>
  `CASE WHEN ${x} = trunc(${x}) AND abs(${x}) < 1e15 THEN CAST(CAST(${x} AS BIGINT) AS VARCHAR) ELSE CAST(${x} AS VARCHAR) END`;

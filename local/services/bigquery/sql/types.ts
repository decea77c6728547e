/** Types of GoogleSQL, and what they are in DuckDB and in a table's schema. */
import type { FieldType } from "../../../../pipeline/spec";
import type { Column } from "../schema/column";
import { quoted } from "../schema/duckdb-type";

export type ScalarKind = Exclude<FieldType, "RECORD"> | "INTERVAL";
export type SqlType =
  | { readonly kind: ScalarKind }
  | { readonly kind: "RECORD"; readonly fields: readonly SqlField[] }
  | { readonly kind: "ARRAY"; readonly element: SqlType }
  /** Of NULL, and of what cannot be told before the query runs. */
  | { readonly kind: "UNKNOWN" };

export interface SqlField {
  readonly name: string;
  readonly type: SqlType;
}

const scalar = <K extends ScalarKind>(kind: K): { readonly kind: K } => ({ kind });
export const STRING = scalar("STRING");
export const BYTES = scalar("BYTES");
export const INTEGER = scalar("INTEGER");
export const FLOAT = scalar("FLOAT");
export const NUMERIC = scalar("NUMERIC");
export const BOOLEAN = scalar("BOOLEAN");
export const TIMESTAMP = scalar("TIMESTAMP");
export const DATE = scalar("DATE");
export const TIME = scalar("TIME");
export const DATETIME = scalar("DATETIME");
export const JSON_TYPE = scalar("JSON");
export const INTERVAL = scalar("INTERVAL");
export const UNKNOWN: SqlType = { kind: "UNKNOWN" };
export const arrayOf = (element: SqlType): SqlType => ({ kind: "ARRAY", element });
export const record = (fields: readonly SqlField[]): SqlType => ({ kind: "RECORD", fields });

export const elementOf = (type: SqlType): SqlType => (type.kind === "ARRAY" ? type.element : UNKNOWN);

const inDuckdb: { readonly [kind in ScalarKind]: string } = {
  STRING: "VARCHAR",
  BYTES: "BLOB",
  INTEGER: "BIGINT",
  FLOAT: "DOUBLE",
  NUMERIC: "DECIMAL(38,9)",
  BOOLEAN: "BOOLEAN",
  TIMESTAMP: "TIMESTAMPTZ",
  DATE: "DATE",
  TIME: "TIME",
  DATETIME: "TIMESTAMP",
  JSON: "JSON",
  INTERVAL: "INTERVAL",
};

/** The type's text in DuckDB; undefined where it is not known. */
export function duckdbText(type: SqlType): string | undefined {
  if (type.kind === "UNKNOWN") return undefined;
  if (type.kind === "ARRAY") {
    const element = duckdbText(type.element);
    return element === undefined ? undefined : `${element}[]`;
  }
  if (type.kind !== "RECORD") return inDuckdb[type.kind];
  const fields = type.fields.map((field) => [quoted(field.name), duckdbText(field.type)] as const);
  if (fields.some(([, text]) => text === undefined)) return undefined;
  return `STRUCT(${fields.map(([name, text]) => `${name} ${text}`).join(", ")})`;
}

/** As GoogleSQL writes it: INT64, ARRAY<STRUCT<a INT64>>. */
export function sqlText(type: SqlType): string {
  if (type.kind === "ARRAY") return `ARRAY<${sqlText(type.element)}>`;
  if (type.kind === "RECORD") {
    return `STRUCT<${type.fields.map((field) => `${field.name} ${sqlText(field.type)}`).join(", ")}>`;
  }
  const short = { INTEGER: "INT64", FLOAT: "FLOAT64", BOOLEAN: "BOOL", UNKNOWN: "NULL" } as const;
  return type.kind in short ? short[type.kind as keyof typeof short] : type.kind;
}

export function typeOfColumn({ type, mode, fields = [] }: Pick<Column, "type" | "mode" | "fields">): SqlType {
  const one: SqlType =
    type === "RECORD"
      ? record(fields.map((field) => ({ name: field.name, type: typeOfColumn(field) })))
      : { kind: type };
  return mode === "REPEATED" ? arrayOf(one) : one;
}

/** A result's column. What is not known is text, as BigQuery makes of NULL an INTEGER: there is nothing in it. */
export function columnOfType(name: string, type: SqlType, mode: Column["mode"] = "NULLABLE"): Column {
  if (type.kind === "ARRAY") return columnOfType(name, type.element, "REPEATED");
  if (type.kind === "RECORD") {
    return { name, type: "RECORD", mode, fields: type.fields.map((field) => columnOfType(field.name, field.type)) };
  }
  if (type.kind === "UNKNOWN") return { name, type: "INTEGER", mode };
  return { name, type: type.kind as FieldType, mode };
}

const numeric: readonly SqlType["kind"][] = ["INTEGER", "NUMERIC", "FLOAT"];
export const isNumber = (type: SqlType): boolean => numeric.includes(type.kind) || type.kind === "UNKNOWN";

/** The type that values of both have in common; undefined where there is none. */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  if (a.kind === "UNKNOWN") return b;
  if (b.kind === "UNKNOWN") return a;
  if (a.kind === "ARRAY" && b.kind === "ARRAY") {
    const element = commonType(a.element, b.element);
    return element && arrayOf(element);
  }
  if (a.kind === "RECORD" && b.kind === "RECORD") {
    if (a.fields.length !== b.fields.length) return undefined;
    const types = a.fields.map((field, at) => commonType(field.type, (b.fields[at] as SqlField).type));
    if (types.includes(undefined)) return undefined;
    return record(a.fields.map((field, at) => ({ name: field.name, type: types[at] as SqlType })));
  }
  if (a.kind === b.kind) return a;
  if (numeric.includes(a.kind) && numeric.includes(b.kind)) {
    return numeric.indexOf(a.kind) > numeric.indexOf(b.kind) ? a : b;
  }
  const both = [a.kind, b.kind];
  if (both.includes("DATE") && both.includes("DATETIME")) return DATETIME;
  if (both.includes("DATE") && both.includes("TIMESTAMP")) return TIMESTAMP;
  if (both.includes("DATETIME") && both.includes("TIMESTAMP")) return TIMESTAMP;
  return undefined;
}

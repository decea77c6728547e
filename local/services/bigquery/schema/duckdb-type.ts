/** What a column is in DuckDB. */
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  LIST,
  STRUCT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARCHAR,
  type DuckDBType,
} from "@duckdb/node-api";
import type { FieldType } from "../../../../pipeline/spec";
import type { Column } from "./column";

const scalars = {
  STRING: ["VARCHAR", VARCHAR],
  BYTES: ["BLOB", BLOB],
  INTEGER: ["BIGINT", BIGINT],
  FLOAT: ["DOUBLE", DOUBLE],
  // 29 digits before the point and 9 after it, BigQuery's own.
  NUMERIC: ["DECIMAL(38,9)", DECIMAL(38, 9)],
  BOOLEAN: ["BOOLEAN", BOOLEAN],
  TIMESTAMP: ["TIMESTAMPTZ", TIMESTAMPTZ],
  DATE: ["DATE", DATE],
  TIME: ["TIME", TIME],
  DATETIME: ["TIMESTAMP", TIMESTAMP],
  // Text with a name of its own: in a chunk of data it is a VARCHAR.
  JSON: ["JSON", VARCHAR],
} as const satisfies { readonly [type in FieldType]?: readonly [string, DuckDBType] };

/** VARCHAR, STRUCT("a" BIGINT)[] */
export function duckdbTypeText(column: Pick<Column, "type" | "mode" | "fields">): string {
  const one = column.type === "RECORD" ? structText(column.fields ?? []) : scalars[column.type][0];
  return column.mode === "REPEATED" ? `${one}[]` : one;
}

const structText = (fields: readonly Column[]): string =>
  `STRUCT(${fields.map((field) => `${quoted(field.name)} ${duckdbTypeText(field)}`).join(", ")})`;

/** For chunks of data that are appended. */
export function duckdbType(column: Pick<Column, "type" | "mode" | "fields">): DuckDBType {
  const one: DuckDBType =
    column.type === "RECORD"
      ? STRUCT(Object.fromEntries((column.fields ?? []).map((field) => [field.name, duckdbType(field)])))
      : scalars[column.type][1];
  return column.mode === "REPEATED" ? LIST(one) : one;
}

/** An identifier of DuckDB. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text of DuckDB. */
export const quotedText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Where a table's rows lie in DuckDB. */
export interface PhysicalName {
  readonly schema: string;
  readonly table: string;
}

export const sqlName = ({ schema, table }: PhysicalName): string => `${quoted(schema)}.${quoted(table)}`;

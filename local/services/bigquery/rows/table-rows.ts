import type { DuckDBValue } from "@duckdb/node-api";
import type { Column } from "../schema/column";
import { BadValue, rowReader, type ReaderOptions } from "./json-value";

type Row = { readonly [column: string]: unknown };
type Values = readonly DuckDBValue[] | BadValue;

/** As many values of a column's default. */
export type Defaults = (column: Column, count: number) => Promise<readonly DuckDBValue[]>;

/** Rows of JSON as a table takes them. A column that a row does not name has its default, where it has one. */
export async function readTableRows(
  columns: readonly Column[],
  rows: readonly Row[],
  options: ReaderOptions,
  defaults: Defaults,
): Promise<readonly Values[]> {
  const withDefault = columns.flatMap((column, at) =>
    column.defaultValueExpression === undefined ? [] : [{ column, at }],
  );
  if (withDefault.length === 0) return rows.map(rowReader(columns, options));
  // What has a default may be missing, whatever its mode says.
  const read = rowReader(
    columns.map((column) =>
      column.mode === "REQUIRED" && column.defaultValueExpression !== undefined
        ? { ...column, mode: "NULLABLE" }
        : column,
    ),
    options,
  );
  const values = rows.map((row) => read(row));
  const filled = new Map<number, readonly DuckDBValue[]>();
  for (const { column, at } of withDefault) filled.set(at, await defaults(column, rows.length));
  return values.map((one, index) => {
    if (one instanceof BadValue) return one;
    const named = new Set(Object.keys(rows[index] as Row).map((name) => name.toLowerCase()));
    return one.map((value, at) => {
      const name = (columns[at] as Column).name.toLowerCase();
      return named.has(name) ? value : (filled.get(at)?.[index] ?? value);
    });
  });
}

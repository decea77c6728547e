import type { BigQueryColumn } from "../../pipeline/schema/bigquery-schema";

/** A column as it was written once. */
type Before = Pick<BigQueryColumn, "name" | "type" | "mode"> & { readonly fields?: readonly Before[] };

/**
 * What has become of a table's columns that would cost rows or values: Terraform replaces the table, or drops the column
 * without a word. Columns that are added and may be NULL, and such that need not have a value any more, are no such change.
 * @see https://cloud.google.com/bigquery/docs/managing-table-schemas
 */
export function costlyChanges(before: readonly Before[], after: readonly BigQueryColumn[], within = ""): string[] {
  const old = new Map(before.map((column) => [column.name, column]));
  const names = new Set(after.map(({ name }) => name));
  const fresh = after.filter(({ name }) => !old.has(name));
  const gone = before.filter(({ name }) => !names.has(name));
  return [
    ...gone.map((column) => lost(column, fresh, within)),
    ...fresh
      .filter(({ mode }) => mode === "REQUIRED")
      .map(({ name }) => `${within}${name} is new and REQUIRED, and rows that are there have no value for it`),
    ...after.flatMap((column) => {
      const was = old.get(column.name);
      return was === undefined ? [] : changes(was, column, within);
    }),
  ];
}

function lost({ name, type, mode }: Before, fresh: readonly BigQueryColumn[], within: string): string {
  const twin = fresh.find((column) => column.type === type && (column.mode === "REPEATED") === (mode === "REPEATED"));
  return twin === undefined
    ? `${within}${name} is gone, and its values with it`
    : `${within}${name} is gone and ${within}${twin.name}, a ${type} too, is new: renaming loses the values`;
}

function changes(was: Before, is: BigQueryColumn, within: string): string[] {
  const path = `${within}${is.name}`;
  if (was.type !== is.type) return [`${path} was a ${was.type} and is a ${is.type}`];
  const nested = costlyChanges(was.fields ?? [], is.fields ?? [], `${path}.`);
  const relaxed = was.mode === "REQUIRED" && is.mode === "NULLABLE";
  return was.mode === is.mode || relaxed ? nested : [`${path} was ${was.mode} and is ${is.mode}`, ...nested];
}

const names: { readonly [written: string]: string } = {
  BIGDECIMAL: "BIGNUMERIC",
  BOOL: "BOOLEAN",
  DECIMAL: "NUMERIC",
  FLOAT64: "FLOAT",
  INT64: "INTEGER",
  STRUCT: "RECORD",
};

/** The columns of a schema's text, in whatever form it was written; undefined where it is none. */
export function columnsWritten(schema: unknown): readonly Before[] | undefined {
  if (typeof schema !== "string") return undefined;
  try {
    return read(JSON.parse(schema));
  } catch {
    return undefined;
  }
}

function read(columns: unknown): readonly Before[] | undefined {
  if (!Array.isArray(columns)) return undefined;
  return columns.map((column: unknown) => {
    const { name, type, mode, fields } = Object(column) as { readonly [name: string]: unknown };
    const written = String(type).toUpperCase();
    // What BigQuery does not know is compared as what it is: a text.
    return {
      name: String(name),
      type: names[written] ?? written,
      mode: typeof mode === "string" ? mode.toUpperCase() : "NULLABLE",
      fields: read(fields),
    } as Before;
  });
}

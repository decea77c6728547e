/** The columns that name a row: BigQuery does not look whether they do, and finds rows that are written as changes by them. */
import { CloudError } from "../../../errors";
import { columnNamed, type Column } from "./column";

/** @see https://cloud.google.com/bigquery/docs/change-data-capture#limitations */
const MOST_KEY_COLUMNS = 16;
const keyable: readonly Column["type"][] = [
  "STRING",
  "INTEGER",
  "NUMERIC",
  "BOOLEAN",
  "TIMESTAMP",
  "DATE",
  "DATETIME",
  "BYTES",
];

/** Of a table by its settings; none where it has no primary key. */
export function primaryKeyOf(settings: { readonly [name: string]: unknown }): readonly string[] {
  const { primaryKey } = (settings["tableConstraints"] ?? {}) as {
    readonly primaryKey?: { readonly columns?: unknown };
  };
  return Array.isArray(primaryKey?.columns) ? primaryKey.columns.map(String) : [];
}

/** @throws CloudError INVALID_ARGUMENT that names the column */
export function checkPrimaryKey(key: readonly string[], columns: readonly Column[]): void {
  if (key.length > MOST_KEY_COLUMNS) {
    throw invalid(`The primary key has ${key.length} columns: BigQuery takes ${MOST_KEY_COLUMNS}`);
  }
  for (const [place, name] of key.entries()) {
    const column = columnNamed(columns, name);
    if (column === undefined) throw invalid(`Primary key column ${name} is not a column of the table`);
    if (key.indexOf(name) !== place) throw invalid(`Primary key column ${name} is named twice`);
    if (column.mode === "REPEATED" || !keyable.includes(column.type)) {
      throw invalid(`Primary key column ${name} is ${column.mode} ${column.type}, which is no key`);
    }
  }
}

const invalid = (message: string): CloudError => new CloudError("INVALID_ARGUMENT", `${message}.`);

/** Rows from other local services, as a default stream takes them. */
import type { DuckDBValue } from "@duckdb/node-api";
import { CloudError } from "../../errors";
import type { Caller } from "../../service";
import type { BigQueryAccess } from "./access";
import { BadValue } from "./rows/json-value";
import { readTableRows, type Defaults } from "./rows/table-rows";
import { TableChanged, type Appends } from "./store/appends";
import type { Catalog, TableRecord } from "./store/catalog";
import type { RowCounts } from "./store/row-counts";

export interface TableWriterParts {
  readonly project: string;
  readonly access: BigQueryAccess;
  readonly catalog: Catalog;
  readonly appends: Appends;
  readonly counts: RowCounts;
  readonly defaults: Defaults;
}

/** @param name project.dataset.table @throws CloudError NOT_FOUND */
export function tableNamed({ project, catalog }: TableWriterParts, name: string): TableRecord {
  const found = /^(.+)[.:]([^.:]+)\.([^.:]+)$/.exec(name);
  if (found === null || found[1] !== project) {
    throw new CloudError("NOT_FOUND", `Not found: Table ${name}`);
  }
  return catalog.table(found[2] as string, found[3] as string);
}

export async function appendToTable(
  parts: TableWriterParts,
  caller: Caller,
  name: string,
  rows: readonly { readonly [column: string]: unknown }[],
): Promise<void> {
  const table = tableNamed(parts, name);
  parts.access.table(caller, "bigquery.tables.updateData", table);
  const { dataset, id, columns } = table;
  if (table.view !== undefined) throw new CloudError("INVALID_ARGUMENT", `${name} is a view: it takes no rows.`);
  const values: (readonly DuckDBValue[])[] = [];
  for (const row of await readTableRows(columns, rows, { jsonText: true }, parts.defaults)) {
    if (row instanceof BadValue) {
      parts.counts.refuse(dataset, id, rows.length);
      throw new CloudError("INVALID_ARGUMENT", `${name}: ${row.reason}`);
    }
    values.push(row);
  }
  try {
    await parts.appends.append({ target: () => parts.catalog.table(dataset, id), columns, rows: values });
  } catch (error) {
    if (error instanceof TableChanged) return appendToTable(parts, caller, name, rows);
    throw error;
  }
  parts.counts.add(dataset, id, rows.length);
}

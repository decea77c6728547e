/** Where a job's rows go: dispositions of the table, and rows in one transaction. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import { RestError } from "../../../routes";
import type { Caller } from "../../../service";
import type { Parts } from "../parts";
import type { Column } from "../schema/column";
import { sqlName } from "../schema/duckdb-type";
import { tableKey, type TableRecord } from "../store/catalog";
import { decorated, writePartition } from "./partition";

export interface Destination {
  readonly dataset: string;
  readonly id: string;
  /** Only this one of the table, by its id. */
  readonly partition: string | undefined;
  readonly create: string;
  readonly write: string;
}

/** @param table a TableReference */
export function destinationOf(project: string, table: unknown, create: unknown, write: unknown): Destination {
  const { projectId, datasetId, tableId } = (table ?? {}) as { readonly [name: string]: unknown };
  if (typeof datasetId !== "string" || typeof tableId !== "string") {
    throw new CloudError("INVALID_ARGUMENT", "Required parameter is missing: a table with datasetId and tableId");
  }
  if (projectId !== undefined && projectId !== project) {
    throw new CloudError(
      "NOT_FOUND",
      `Not found: Project ${JSON.stringify(projectId)}. This local cloud is ${project}`,
    );
  }
  return {
    dataset: datasetId,
    ...decorated(tableId),
    create: typeof create === "string" ? create : "CREATE_IF_NEEDED",
    write: typeof write === "string" ? write : "WRITE_APPEND",
  };
}

/**
 * Writes rows into a table that may have to be made or emptied first: all of it or nothing.
 * @param columns of a table that is made, or whose rows are all replaced
 * @param write within the transaction; it answers how many rows it wrote
 */
export async function writeTo(
  parts: Parts,
  caller: Caller,
  { dataset, id, partition, create, write: disposition }: Destination,
  columns: readonly Column[],
  write: (connection: DuckDBConnection, table: TableRecord) => Promise<number>,
): Promise<number> {
  const { database, catalog, tables, counts, access, project } = parts;
  const there = catalog.findTable(dataset, id);
  // BigQuery would make one that is divided by the time of arrival, which rows have none of here.
  if (there === undefined && (create === "CREATE_NEVER" || partition !== undefined)) {
    throw new CloudError("NOT_FOUND", `Not found: Table ${project}:${dataset}.${id}`);
  }
  if (there === undefined) access.dataset(caller, "bigquery.tables.create", dataset);
  else access.table(caller, "bigquery.tables.updateData", there);
  if (there?.view !== undefined) {
    throw new CloudError("INVALID_ARGUMENT", `${tableKey(there)} is a view: it takes no rows`);
  }
  if (
    disposition === "WRITE_EMPTY" &&
    there !== undefined &&
    partition === undefined &&
    counts.of(dataset, id).rows > 0
  ) {
    throw new RestError("ALREADY_EXISTS", `Already Exists: Table ${project}:${dataset}.${id}`, "duplicate");
  }
  const replaces =
    partition === undefined && there !== undefined && disposition === "WRITE_TRUNCATE" && columns.length > 0;
  const { record, rows } = await database.write(async (connection) => {
    if (there === undefined || replaces) {
      const wanted = { dataset, id, columns, settings: there?.settings ?? {} };
      return tables.replace(connection, there, wanted, (made) => write(connection, made));
    }
    if (partition !== undefined) {
      const fill = (): Promise<number> => write(connection, there);
      return { record: there, rows: await writePartition(connection, there, partition, disposition, fill) };
    }
    if (disposition === "WRITE_TRUNCATE" || disposition === "WRITE_TRUNCATE_DATA")
      await connection.run(`DELETE FROM ${sqlName(there.physical)}`);
    return { record: there, rows: await write(connection, there) };
  });
  catalog.tableIs(tableKey(record), record);
  await counts.recount(dataset, id);
  return rows;
}

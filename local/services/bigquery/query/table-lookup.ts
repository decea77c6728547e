/** Tables and views by the names that queries have for them. */
import { CloudError } from "../../../errors";
import { RestError } from "../../../routes";
import type { Caller } from "../../../service";
import type { BigQueryAccess } from "../access";
import { sqlName } from "../schema/duckdb-type";
import { tableKey, type Catalog, type TableRecord } from "../store/catalog";
import type { TablePath } from "../sql/ast";
import type { FoundTable } from "../sql/compile/context";
import { contextOf, compileQuery } from "../sql/compile/query";
import { parseStatement } from "../sql/parse/statement";
import { NotTranslated, placed, SqlError } from "../sql/sql-error";
import { typeOfColumn } from "../sql/types";
import { informationSchema } from "./information-schema";

export interface Lookup {
  readonly project: string;
  readonly catalog: Catalog;
  readonly access: BigQueryAccess;
  readonly caller: Caller;
  readonly now: number;
  /** Filled: the tables that were read. */
  readonly read: Set<TableRecord>;
}

export interface TableName {
  readonly dataset: string;
  readonly id: string;
}

/** @throws SqlError for another project, or for a table without a dataset */
export function tableName(
  { parts, at }: TablePath,
  project: string,
  source: string,
  defaultDataset?: string,
): TableName {
  const names = parts.map(({ name }) => name);
  const [table, dataset, given, ...more] = names.toReversed();
  if (table === undefined || more.length > 0) throw new SqlError(`Invalid table name: ${names.join(".")}`, source, at);
  const owner = dataset ?? defaultDataset;
  if (owner === undefined) {
    throw new SqlError(`Table "${table}" must be qualified with a dataset (e.g. dataset.table)`, source, at);
  }
  if (given !== undefined && given !== project) {
    throw new NotTranslated(
      `A table of another project (${given})`,
      source,
      at,
      `This local cloud is project ${project}`,
    );
  }
  return { dataset: owner, id: table };
}

/** What a name in FROM is, if the caller may read it. */
export function lookupTable(lookup: Lookup, path: TablePath, source: string, defaultDataset?: string): FoundTable {
  const schema = path.parts.findIndex(({ name }) => name.toUpperCase() === "INFORMATION_SCHEMA");
  if (schema >= 0) return informationSchema(lookup, path, schema, source, defaultDataset);
  const name = tableName(path, lookup.project, source, defaultDataset);
  if (name.id.includes("*")) {
    throw new NotTranslated("A wildcard table", source, path.at, "Join the tables with UNION ALL");
  }
  const table = find(lookup, name, source, path.at);
  lookup.access.table(lookup.caller, "bigquery.tables.getData", table);
  lookup.read.add(table);
  const columns = table.columns.map((column) => ({ name: column.name, type: typeOfColumn(column) }));
  const filter = partitionFilter(table, lookup.project);
  if (table.view === undefined) return { sql: sqlName(table.physical), name: table.id, columns, ...filter };
  return { sql: `(${viewSql(lookup, table, table.view)})`, name: table.id, columns };
}

function find({ catalog }: Lookup, { dataset, id }: TableName, source: string, at: number): TableRecord {
  try {
    return catalog.table(dataset, id);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const near = catalog.tables(dataset).find((table) => table.id.toLowerCase() === id.toLowerCase());
    const hint =
      near === undefined ? "" : `. Names of tables have upper and lower case: did you mean ${tableKey(near)}?`;
    throw new RestError("NOT_FOUND", placed(`${error.message} was not found${hint}`, source, at), "notFound");
  }
}

/** A view reads with the rights of who reads it: without an authorization it gives none. */
function viewSql(lookup: Lookup, view: TableRecord, text: string): string {
  const statement = parseStatement(text);
  if (statement.kind !== "query") throw new SqlError(`View ${tableKey(view)} is no query`);
  const table = (path: TablePath): FoundTable => lookupTable(lookup, path, text);
  const { sql } = compileQuery(statement.query, contextOf({ source: text, now: lookup.now, parameters: [], table }));
  return sql;
}

function partitionFilter({ settings, dataset, id }: TableRecord, project: string): Pick<FoundTable, "partitionFilter"> {
  const { requirePartitionFilter, timePartitioning, rangePartitioning } = settings as {
    readonly requirePartitionFilter?: boolean;
    readonly timePartitioning?: { readonly field?: string };
    readonly rangePartitioning?: { readonly field?: string };
  };
  const field = timePartitioning?.field ?? rangePartitioning?.field;
  if (requirePartitionFilter !== true || field === undefined) return {};
  return { partitionFilter: { table: `${project}.${dataset}.${id}`, columns: [field] } };
}

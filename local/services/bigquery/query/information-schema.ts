/** INFORMATION_SCHEMA, from the catalog. @see https://cloud.google.com/bigquery/docs/information-schema-intro */
import type { Caller } from "../../../service";
import type { BigQueryAccess } from "../access";
import { quoted, quotedText } from "../schema/duckdb-type";
import type { TablePath } from "../sql/ast";
import type { FoundTable } from "../sql/compile/context";
import { NotTranslated, SqlError } from "../sql/sql-error";
import { INTEGER, sqlText, STRING, TIMESTAMP, typeOfColumn, type SqlType } from "../sql/types";
import type { Catalog, TableRecord } from "../store/catalog";

interface Schemas {
  readonly project: string;
  readonly catalog: Catalog;
  readonly access: BigQueryAccess;
  readonly caller: Caller;
}

type Cell = string | number | null;
type Columns = readonly (readonly [name: string, type: SqlType])[];

/** dataset.INFORMATION_SCHEMA.TABLES @param at the place of INFORMATION_SCHEMA in the path */
export function informationSchema(
  schemas: Schemas,
  path: TablePath,
  at: number,
  source: string,
  defaultDataset?: string,
): FoundTable {
  const dataset = path.parts[at - 1]?.name ?? defaultDataset;
  const view = (path.parts[at + 1]?.name ?? "").toUpperCase();
  const { access, caller, catalog, project } = schemas;
  if (view === "SCHEMATA") {
    access.inProject(caller, "bigquery.datasets.get");
    const rows = catalog.datasets().map(({ id, location, created }): Cell[] => [project, id, location, created * 1000]);
    return found(view, rows, [
      ["catalog_name", STRING],
      ["schema_name", STRING],
      ["location", STRING],
      ["creation_time", TIMESTAMP],
    ]);
  }
  if (dataset === undefined) throw new SqlError(`${view} must be qualified with a dataset`, source, path.at);
  catalog.dataset(dataset);
  access.dataset(caller, "bigquery.tables.list", dataset);
  const tables = catalog.tables(dataset);
  const base = (table: TableRecord): readonly Cell[] => [project, table.dataset, table.id];
  const names: Columns = [
    ["table_catalog", STRING],
    ["table_schema", STRING],
    ["table_name", STRING],
  ];
  if (view === "TABLES") {
    const rows = tables.map((table) => [
      ...base(table),
      table.view === undefined ? "BASE TABLE" : "VIEW",
      table.created * 1000,
    ]);
    return found(view, rows, [...names, ["table_type", STRING], ["creation_time", TIMESTAMP]]);
  }
  if (view === "VIEWS") {
    const rows = tables.flatMap((table) => (table.view === undefined ? [] : [[...base(table), table.view]]));
    return found(view, rows, [...names, ["view_definition", STRING]]);
  }
  if (view === "COLUMNS") {
    const rows = tables.flatMap((table) =>
      table.columns.map((column, place): Cell[] => [
        ...base(table),
        column.name,
        place + 1,
        column.mode === "REQUIRED" ? "NO" : "YES",
        sqlText(typeOfColumn(column)),
        column.description ?? null,
      ]),
    );
    return found(view, rows, [
      ...names,
      ["column_name", STRING],
      ["ordinal_position", INTEGER],
      ["is_nullable", STRING],
      ["data_type", STRING],
      ["description", STRING],
    ]);
  }
  throw new NotTranslated(
    `INFORMATION_SCHEMA.${view}`,
    source,
    path.at,
    "SCHEMATA, TABLES, VIEWS and COLUMNS are there",
  );
}

function found(name: string, rows: readonly (readonly Cell[])[], columns: Columns): FoundTable {
  const cells = columns.map(([column, type]) => {
    const value = quoted(column);
    if (type.kind === "TIMESTAMP") return `make_timestamptz(CAST(${value} AS BIGINT)) AS ${value}`;
    return `CAST(${value} AS ${type.kind === "INTEGER" ? "BIGINT" : "VARCHAR"}) AS ${value}`;
  });
  const names = columns.map(([column]) => quoted(column)).join(", ");
  const values = rows.map((row) => `(${row.map(text).join(", ")})`);
  // A row of nulls that is filtered out: VALUES wants at least one.
  const list = values.length === 0 ? `(${columns.map(() => "NULL").join(", ")})` : values.join(", ");
  const none = values.length === 0 ? " WHERE false" : "";
  return {
    sql: `(SELECT ${cells.join(", ")} FROM (VALUES ${list}) AS v(${names})${none})`,
    name,
    columns: columns.map(([column, type]) => ({ name: column, type })),
  };
}

const text = (cell: Cell): string =>
  cell === null ? "NULL" : typeof cell === "number" ? String(cell) : quotedText(cell);

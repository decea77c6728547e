/** Statements other than queries: what they do to rows, and to tables and datasets. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import type { Column } from "../schema/column";
import { sqlName } from "../schema/duckdb-type";
import type { ColumnDefinition, Expression, Options, Statement, TablePath } from "../sql/ast";
import type { CompiledQuery, Context } from "../sql/compile/context";
import { compileDelete, compileInsert, compileMerge, compileUpdate, type Target } from "../sql/compile/dml";
import { parseExpression } from "../sql/parse/statement";
import { NotTranslated, SqlError } from "../sql/sql-error";
import { columnOfType } from "../sql/types";
import { tableKey, type Settings, type TableRecord } from "../store/catalog";

export type Dml = Statement & { readonly kind: "insert" | "update" | "delete" | "merge" | "truncate" };
export type Ddl = Statement & {
  readonly kind: "create table" | "create view" | "create schema" | "drop" | "add columns";
};

export const isDml = (statement: Statement): statement is Dml =>
  ["insert", "update", "delete", "merge", "truncate"].includes(statement.kind);

/** What a table that is written by changes does not take. */
export const mutates = ({ kind }: Dml): boolean => ["update", "delete", "merge"].includes(kind);

/** As a job's statistics call it. */
export const statementTypes: { readonly [kind in Statement["kind"]]: string } = {
  query: "SELECT",
  insert: "INSERT",
  update: "UPDATE",
  delete: "DELETE",
  merge: "MERGE",
  truncate: "TRUNCATE_TABLE",
  "create table": "CREATE_TABLE",
  "create view": "CREATE_VIEW",
  "create schema": "CREATE_SCHEMA",
  drop: "DROP_TABLE",
  "add columns": "ALTER_TABLE",
};

export interface DmlStats {
  readonly insertedRowCount: number;
  readonly updatedRowCount: number;
  readonly deletedRowCount: number;
}

export const changedTable = (statement: Dml): TablePath => {
  switch (statement.kind) {
    case "insert":
    case "merge":
      return statement.into;
    case "update":
    case "truncate":
      return statement.table;
    case "delete":
      return statement.from;
  }
};

function targetOf(table: TableRecord): Target {
  return {
    sql: sqlName(table.physical),
    name: table.id,
    columns: table.columns,
    defaultOf: ({ defaultValueExpression }: Column): Expression | undefined =>
      defaultValueExpression === undefined ? undefined : parseExpression(defaultValueExpression),
  };
}

export function dmlSql(statement: Dml, table: TableRecord, context: Context): string {
  if (table.view !== undefined) throw new SqlError(`${tableKey(table)} is a view: its rows cannot be changed`);
  const target = targetOf(table);
  switch (statement.kind) {
    case "insert":
      return compileInsert(statement, target, context);
    case "update":
      return compileUpdate(statement, target, context);
    case "delete":
      return compileDelete(statement, target, context);
    case "merge":
      return compileMerge(statement, target, context);
    case "truncate":
      return `DELETE FROM ${target.sql}`;
  }
}

/** Runs a statement that changes rows, and counts what it changed. */
export async function runDml(
  connection: DuckDBConnection,
  { kind }: Dml,
  sql: string,
  run: (connection: DuckDBConnection, sql: string) => ReturnType<DuckDBConnection["run"]>,
): Promise<DmlStats> {
  const result = await run(connection, sql);
  if (kind !== "merge") {
    return {
      insertedRowCount: kind === "insert" ? result.rowsChanged : 0,
      updatedRowCount: kind === "update" ? result.rowsChanged : 0,
      deletedRowCount: kind === "delete" || kind === "truncate" ? result.rowsChanged : 0,
    };
  }
  const actions = (await result.getRows()).map(([action]) => action);
  const count = (action: string): number => actions.filter((one) => one === action).length;
  return { insertedRowCount: count("INSERT"), updatedRowCount: count("UPDATE"), deletedRowCount: count("DELETE") };
}

/** The columns that CREATE TABLE defines, or those of its query. */
export function createdColumns(
  statement: Statement & { readonly kind: "create table" },
  query: CompiledQuery | undefined,
): readonly Column[] {
  if (statement.columns !== undefined) return statement.columns.map(definedColumn);
  const columns = query?.columns ?? [];
  const unnamed = columns.findIndex(({ name }) => name === "");
  if (unnamed >= 0) throw new SqlError(`CREATE TABLE columns must be named, but column ${unnamed + 1} has no name`);
  return columns.map(({ name, type }) => columnOfType(name, type));
}

export function definedColumn({ name, type, required, description }: ColumnDefinition): Column {
  const column = columnOfType(name.name, type);
  if (type.kind === "INTERVAL") throw new NotTranslated("A column of type INTERVAL");
  if (required && column.mode === "REPEATED") throw new SqlError(`Array column ${name.name} cannot be NOT NULL`);
  return {
    ...column,
    ...(required ? { mode: "REQUIRED" as const } : {}),
    ...(description === undefined ? {} : { description }),
  };
}

/** OPTIONS(...) and the clauses before it, as the API names them. */
export function createdSettings(statement: Statement & { readonly kind: "create table" }): Settings {
  const { partitionBy, clusterBy, options, primaryKey } = statement;
  const columns = primaryKey.map(({ name }) => name);
  return {
    ...optionSettings(options),
    ...(columns.length === 0 ? {} : { tableConstraints: { primaryKey: { columns } } }),
    ...(partitionBy === undefined ? {} : { timePartitioning: timePartitioning(partitionBy) }),
    ...(clusterBy.length === 0 ? {} : { clustering: { fields: clusterBy.map(({ name }) => name) } }),
  };
}

/** A column, or DATE(column), or TIMESTAMP_TRUNC(column, HOUR). */
function timePartitioning(by: Expression): Settings {
  const [column, part] = by.kind === "call" ? by.arguments : [by, undefined];
  const field = column?.kind === "path" ? column.parts.at(-1)?.name : undefined;
  if (field === undefined) throw new NotTranslated("PARTITION BY of anything but a column or DATE and *_TRUNC of one");
  if (field.toUpperCase() === "_PARTITIONDATE") return { type: "DAY" };
  return { type: part?.kind === "path" ? (part.parts[0]?.name ?? "DAY").toUpperCase() : "DAY", field };
}

const optionNames: { readonly [option: string]: string } = {
  description: "description",
  friendly_name: "friendlyName",
  labels: "labels",
  require_partition_filter: "requirePartitionFilter",
};

export function optionSettings(options: Options): Settings {
  return Object.fromEntries(
    Object.entries(options).flatMap(([option, value]) => {
      const name = optionNames[option];
      return name === undefined ? [] : [[name, constant(value)]];
    }),
  );
}

function constant(value: Expression): unknown {
  if (value.kind === "literal") return value.type === "STRING" ? value.text : Number(value.text);
  if (value.kind === "boolean") return value.value;
  if (value.kind === "array") {
    // labels=[("team", "data")]
    const pairs = value.elements.map((element) =>
      element.kind === "struct" ? element.fields.map((field) => constant(field.value)) : [],
    );
    return Object.fromEntries(pairs.map(([name, text]) => [String(name), text]));
  }
  throw new CloudError("INVALID_ARGUMENT", "An option is a literal");
}

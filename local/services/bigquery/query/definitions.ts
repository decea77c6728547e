/** Statements that define tables, views and datasets. */
import { CloudError } from "../../../errors";
import type { Caller } from "../../../service";
import { columnNamed } from "../schema/column";
import { sqlName } from "../schema/duckdb-type";
import type { Statement } from "../sql/ast";
import { compileQuery } from "../sql/compile/query";
import { SqlError } from "../sql/sql-error";
import { tableKey, type TableRecord } from "../store/catalog";
import { runBound } from "./parameters";
import type { EngineParts, Prepared, Query } from "./prepared";
import { finalColumns } from "./result";
import { createdColumns, createdSettings, definedColumn, optionSettings, type Ddl } from "./statements";
import { tableName, type TableName } from "./table-lookup";

/** @see https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language */
export class Definitions {
  constructor(private readonly parts: EngineParts) {}

  async run(statement: Ddl, prepared: Prepared, caller: Caller, query: Query): Promise<void> {
    const { project } = this.parts;
    const name = (path: Parameters<typeof tableName>[0]): TableName =>
      tableName(path, project, query.sql, query.defaultDataset);
    switch (statement.kind) {
      case "create table":
        return this.createTable(statement, name(statement.table), prepared, caller);
      case "create view":
        return this.createView(statement, name(statement.view), prepared, caller);
      case "create schema":
        return this.createSchema(statement, caller);
      case "drop":
        return this.drop(statement, statement.what === "SCHEMA" ? undefined : name(statement.name), caller);
      case "add columns":
        return this.addColumns(statement, name(statement.table), caller, query.sql);
    }
  }

  private async createTable(
    statement: Statement & { readonly kind: "create table" },
    { dataset, id }: TableName,
    { context, parameters }: Prepared,
    caller: Caller,
  ): Promise<void> {
    const { database, catalog, tables, access, counts, project } = this.parts;
    const there = catalog.findTable(dataset, id);
    if (there !== undefined && statement.ifNotExists) return;
    access.dataset(caller, "bigquery.tables.create", dataset);
    if (there !== undefined && !statement.replace) throw alreadyThere(project, there);
    const compiled = statement.query === undefined ? undefined : compileQuery(statement.query, context);
    const columns = createdColumns(statement, compiled);
    if (there !== undefined) access.table(caller, "bigquery.tables.delete", there);
    const wanted = { dataset, id, columns, settings: createdSettings(statement) };
    const { record } = await database.write((connection) =>
      tables.replace(connection, there, wanted, async ({ physical }) => {
        if (compiled === undefined) return 0;
        const result = await runBound(connection, `INSERT INTO ${sqlName(physical)} ${compiled.sql}`, parameters);
        return result.rowsChanged;
      }),
    );
    catalog.tableIs(tableKey(record), record);
    await counts.recount(dataset, id);
  }

  private async createView(
    statement: Statement & { readonly kind: "create view" },
    { dataset, id }: TableName,
    { context }: Prepared,
    caller: Caller,
  ): Promise<void> {
    const { catalog, tables, access, project } = this.parts;
    const there = catalog.findTable(dataset, id);
    if (there !== undefined && statement.ifNotExists) return;
    access.dataset(caller, there === undefined ? "bigquery.tables.create" : "bigquery.tables.update", dataset);
    if (there !== undefined && !statement.replace) throw alreadyThere(project, there);
    const { columns } = finalColumns(compileQuery(statement.query, context));
    const settings = optionSettings(statement.options);
    if (there?.view !== undefined) {
      await tables.update(there, { columns, view: statement.text, settings });
      return;
    }
    if (there !== undefined) await tables.drop(there);
    await tables.create({ dataset, id, columns, view: statement.text, settings });
  }

  private async createSchema(
    { name, ifNotExists, options }: Statement & { readonly kind: "create schema" },
    caller: Caller,
  ): Promise<void> {
    const { catalog, access } = this.parts;
    const id = name.parts.at(-1)?.name ?? "";
    access.inProject(caller, "bigquery.datasets.create");
    if (catalog.findDataset(id) === undefined || !ifNotExists) {
      await catalog.createDataset(id, "US", optionSettings(options));
    }
  }

  private async addColumns(
    { columns }: Statement & { readonly kind: "add columns" },
    { dataset, id }: TableName,
    caller: Caller,
    source: string,
  ): Promise<void> {
    const { catalog, tables, access } = this.parts;
    const table = catalog.table(dataset, id);
    access.table(caller, "bigquery.tables.update", table);
    const isThere = (name: string): boolean => columnNamed(table.columns, name) !== undefined;
    const added = columns.filter(({ ifNotExists, name }) => !(ifNotExists && isThere(name.name)));
    const again = added.find(({ name }) => isThere(name.name));
    if (again !== undefined) throw new SqlError(`Column already exists: ${again.name.name}`, source, again.name.at);
    await tables.update(table, { columns: [...table.columns, ...added.map(definedColumn)] });
  }

  private async drop(
    statement: Statement & { readonly kind: "drop" },
    name: TableName | undefined,
    caller: Caller,
  ): Promise<void> {
    const { catalog, tables, access, counts } = this.parts;
    if (name === undefined) {
      const id = statement.name.parts.at(-1)?.name ?? "";
      if (catalog.findDataset(id) === undefined && statement.ifExists) return;
      access.dataset(caller, "bigquery.datasets.delete", id);
      await catalog.deleteDataset(id, statement.cascade);
      return;
    }
    const { dataset, id } = name;
    if (catalog.findTable(dataset, id) === undefined && statement.ifExists) return;
    const table = catalog.table(dataset, id);
    access.table(caller, "bigquery.tables.delete", table);
    if ((table.view !== undefined) !== (statement.what === "VIEW")) {
      throw new SqlError(`${tableKey(table)} is not a ${statement.what.toLowerCase()}`);
    }
    await tables.drop(table);
    await counts.recount(dataset, id);
  }
}

const alreadyThere = (project: string, table: TableRecord): CloudError =>
  new CloudError("ALREADY_EXISTS", `Already Exists: Table ${project}:${tableKey(table)}`);

/** Runs statements of GoogleSQL on DuckDB. */
import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBValue } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import type { Caller, Clock } from "../../../service";
import type { BigQueryAccess } from "../access";
import { columnNamed, type Column } from "../schema/column";
import { sqlName } from "../schema/duckdb-type";
import type { Statement } from "../sql/ast";
import type { CompiledQuery, Context } from "../sql/compile/context";
import { ExpressionCompiler } from "../sql/compile/expression";
import { compileQuery, contextOf } from "../sql/compile/query";
import { Scope } from "../sql/compile/scope";
import { parseExpression, parseStatement } from "../sql/parse/statement";
import { SqlError } from "../sql/sql-error";
import { columnOfType, typeOfColumn } from "../sql/types";
import { coerce } from "../sql/coerce";
import { tableKey, type Catalog, type TableRecord } from "../store/catalog";
import type { Database } from "../store/database";
import type { RowCounts } from "../store/row-counts";
import type { Tables } from "../store/tables";
import { asSqlError } from "./duckdb-error";
import { boundParameters, type BoundParameter, type QueryParameter } from "./parameters";
import { QueryResult } from "./result";
import {
  changedTable,
  createdColumns,
  createdSettings,
  definedColumn,
  dmlSql,
  isDml,
  optionSettings,
  runDml,
  statementTypes,
  type Ddl,
  type Dml,
  type DmlStats,
} from "./statements";
import { lookupTable, tableName, type Lookup, type TableName } from "./table-lookup";

export interface EngineParts {
  readonly project: string;
  readonly clock: Clock;
  readonly access: BigQueryAccess;
  readonly database: Database;
  readonly catalog: Catalog;
  readonly tables: Tables;
  readonly counts: RowCounts;
}

export interface Query {
  readonly sql: string;
  readonly parameters?: readonly QueryParameter[];
  readonly defaultDataset?: string;
}

export interface Outcome {
  readonly statementType: string;
  readonly result: QueryResult;
  /** Of a statement that changes rows. */
  readonly dml?: DmlStats;
  /** The tables that were read, project.dataset.table. */
  readonly read: readonly string[];
}

export interface Selection {
  readonly columns: readonly Column[];
  /** @returns how many rows there were. */
  readonly insertInto: (connection: DuckDBConnection, table: TableRecord) => Promise<number>;
}

interface Prepared {
  readonly statement: Statement;
  readonly context: Context;
  readonly parameters: readonly BoundParameter[];
  readonly lookup: Lookup;
}

export class Engine {
  constructor(private readonly parts: EngineParts) {}

  /**
   * @param running told the connection, so that it can be interrupted
   * @throws SqlError, or CloudError where a table is not there or may not be read
   */
  async run(
    query: Query,
    caller: Caller,
    running: (connection: DuckDBConnection) => void = () => undefined,
  ): Promise<Outcome> {
    const prepared = this.prepare(query, caller);
    const { statement, lookup } = prepared;
    try {
      if (statement.kind === "query") {
        const compiled = named(compileQuery(statement.query, prepared.context));
        const result = await this.parts.database.read((connection) => {
          running(connection);
          return this.execute(connection, compiled.sql, prepared.parameters);
        });
        return this.outcome(statement, lookup, new QueryResult(compiled.columns, result));
      }
      const dml = isDml(statement) ? await this.change(statement, prepared, caller, query) : undefined;
      if (!isDml(statement)) await this.define(statement, prepared, caller, query);
      return { ...this.outcome(statement, lookup, new QueryResult([], undefined)), dml };
    } catch (error) {
      throw asSqlError(error);
    }
  }

  /** What a query would give, without running it. */
  async describe(query: Query, caller: Caller): Promise<Outcome> {
    const { statement, context, lookup } = this.prepare(query, caller);
    if (statement.kind !== "query") return this.outcome(statement, lookup, new QueryResult([], undefined));
    const compiled = named(compileQuery(statement.query, context));
    try {
      // DuckDB finds what the translation did not: a column that is neither grouped nor aggregated.
      await this.parts.database.read(async (connection) => {
        (await connection.prepare(compiled.sql)).destroySync();
      });
    } catch (error) {
      throw asSqlError(error);
    }
    return this.outcome(statement, lookup, new QueryResult(compiled.columns, undefined));
  }

  /** A query's rows, to be inserted into a table: within a transaction of the caller's. */
  selection(query: Query, caller: Caller): Selection {
    const { statement, context, parameters } = this.prepare(query, caller);
    if (statement.kind !== "query") throw new SqlError("Only a query can have a destination table");
    const { sql, columns } = named(compileQuery(statement.query, context));
    return {
      columns,
      insertInto: async (connection, table) => {
        try {
          return (await this.execute(connection, `INSERT INTO ${sqlName(table.physical)} ${sql}`, parameters))
            .rowsChanged;
        } catch (error) {
          throw asSqlError(error);
        }
      },
    };
  }

  /** As many values of a column's default. */
  async defaults(column: Column, count: number): Promise<readonly DuckDBValue[]> {
    const text = column.defaultValueExpression ?? "NULL";
    const context = this.context({ sql: text }, this.lookup({ member: "user:you" }), []);
    const value = new ExpressionCompiler(context, new Scope([])).compile(parseExpression(text));
    const fitted = coerce(value, typeOfColumn(column));
    if (fitted === undefined) throw new SqlError(`The default of column ${column.name} is not of its type: ${text}`);
    const result = await this.parts.database.read((connection) =>
      connection.runAndReadAll(`SELECT ${fitted.sql} FROM range(${count})`),
    );
    return result.getRows().map(([one]) => one as DuckDBValue);
  }

  private prepare(query: Query, caller: Caller): Prepared {
    const lookup = this.lookup(caller);
    const parameters = boundParameters(query.parameters);
    return {
      statement: parseStatement(query.sql),
      context: this.context(query, lookup, parameters),
      parameters,
      lookup,
    };
  }

  private lookup(caller: Caller): Lookup {
    const { project, catalog, access, clock } = this.parts;
    return { project, catalog, access, caller, now: clock.now(), read: new Set() };
  }

  private context({ sql, defaultDataset }: Query, lookup: Lookup, parameters: readonly BoundParameter[]): Context {
    return contextOf({
      source: sql,
      now: lookup.now,
      parameters,
      table: (path) => lookupTable(lookup, path, sql, defaultDataset),
    });
  }

  private outcome(statement: Statement, { read }: Lookup, result: QueryResult): Outcome {
    const tables = [...read].map((table) => `${this.parts.project}.${tableKey(table)}`);
    return { statementType: statementTypes[statement.kind], result, read: tables };
  }

  private async execute(
    connection: DuckDBConnection,
    sql: string,
    parameters: readonly BoundParameter[],
  ): Promise<DuckDBMaterializedResult> {
    // DuckDB refuses a value that the statement does not use.
    const used = parameters.map((_, at) => new RegExp(`\\$${at + 1}(?!\\d)`).test(sql));
    const values = Object.fromEntries(
      parameters.flatMap(({ value }, at) => (used[at] ? [[String(at + 1), value]] : [])),
    );
    const types = Object.fromEntries(
      parameters.flatMap(({ duckdb }, at) => (used[at] ? [[String(at + 1), duckdb]] : [])),
    );
    return connection.run(sql, values, types);
  }

  private async change(
    statement: Dml,
    { context, parameters }: Prepared,
    caller: Caller,
    query: Query,
  ): Promise<DmlStats> {
    const { database, catalog, access, counts, project } = this.parts;
    const { dataset, id } = tableName(changedTable(statement), project, query.sql, query.defaultDataset);
    const table = catalog.table(dataset, id);
    access.table(caller, "bigquery.tables.updateData", table);
    if (statement.kind !== "insert") access.table(caller, "bigquery.tables.getData", table);
    const sql = dmlSql(statement, table, context);
    const done = await database.write((connection) =>
      runDml(connection, statement, sql, (on, text) => this.execute(on, text, parameters)),
    );
    await counts.recount(dataset, id);
    return done;
  }

  private async define(
    statement: Exclude<Statement, Dml | { kind: "query" }>,
    prepared: Prepared,
    caller: Caller,
    query: Query,
  ): Promise<void> {
    const { catalog, tables, access, project } = this.parts;
    const ddl: Ddl = statement;
    const name = (path: Parameters<typeof tableName>[0]): TableName =>
      tableName(path, project, query.sql, query.defaultDataset);
    switch (ddl.kind) {
      case "create table":
        return this.createTable(ddl, name(ddl.table), prepared, caller);
      case "create view": {
        const { dataset, id } = name(ddl.view);
        const there = catalog.findTable(dataset, id);
        if (there !== undefined && ddl.ifNotExists) return undefined;
        access.dataset(caller, there === undefined ? "bigquery.tables.create" : "bigquery.tables.update", dataset);
        if (there !== undefined && !ddl.replace) throw alreadyThere(project, there);
        const { columns } = named(compileQuery(ddl.query, prepared.context));
        const settings = optionSettings(ddl.options);
        if (there?.view !== undefined) await tables.update(there, { columns, view: ddl.text, settings });
        else {
          if (there !== undefined) await tables.drop(there);
          await tables.create({ dataset, id, columns, view: ddl.text, settings });
        }
        return undefined;
      }
      case "create schema": {
        const id = ddl.name.parts.at(-1)?.name ?? "";
        access.inProject(caller, "bigquery.datasets.create");
        if (catalog.findDataset(id) !== undefined && ddl.ifNotExists) return undefined;
        await catalog.createDataset(id, "US", optionSettings(ddl.options));
        return undefined;
      }
      case "drop":
        return this.drop(ddl, ddl.what === "SCHEMA" ? undefined : name(ddl.name), caller);
      case "add columns": {
        const { dataset, id } = name(ddl.table);
        const table = catalog.table(dataset, id);
        access.table(caller, "bigquery.tables.update", table);
        const added = ddl.columns.filter(
          (one) => !(one.ifNotExists && columnNamed(table.columns, one.name.name) !== undefined),
        );
        const again = added.find((one) => columnNamed(table.columns, one.name.name) !== undefined);
        if (again !== undefined)
          throw new SqlError(`Column already exists: ${again.name.name}`, query.sql, again.name.at);
        await tables.update(table, { columns: [...table.columns, ...added.map(definedColumn)] });
        return undefined;
      }
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
        const result = await this.execute(connection, `INSERT INTO ${sqlName(physical)} ${compiled.sql}`, parameters);
        return result.rowsChanged;
      }),
    );
    catalog.tableIs(tableKey(record), record);
    await counts.recount(dataset, id);
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

/** A query's columns under their final names: f0_ for what has none. @throws SqlError for two of one name */
function named({ sql, columns }: CompiledQuery): { readonly sql: string; readonly columns: readonly Column[] } {
  let unnamed = 0;
  const final = columns.map(({ name, type }) => columnOfType(name === "" ? `f${unnamed++}_` : name, type));
  const seen = new Set<string>();
  const again = final.find(({ name }) => seen.size === seen.add(name.toLowerCase()).size);
  if (again !== undefined) {
    throw new SqlError(`Duplicate column names in the result are not supported. Found duplicate(s): ${again.name}`);
  }
  return { sql, columns: final };
}

/** Runs statements of GoogleSQL on DuckDB. */
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type { Caller } from "../../../service";
import type { Column } from "../schema/column";
import { sqlName } from "../schema/duckdb-type";
import type { Statement } from "../sql/ast";
import { coerce } from "../sql/coerce";
import type { Context } from "../sql/compile/context";
import { ExpressionCompiler } from "../sql/compile/expression";
import { compileQuery, contextOf } from "../sql/compile/query";
import { Scope } from "../sql/compile/scope";
import { parseExpression, parseStatement } from "../sql/parse/statement";
import { SqlError } from "../sql/sql-error";
import { typeOfColumn } from "../sql/types";
import { tableKey, type TableRecord } from "../store/catalog";
import { refuseWhereChanged } from "../store/changes";
import { Definitions } from "./definitions";
import { asSqlError } from "./duckdb-error";
import { boundParameters, runBound, type BoundParameter } from "./parameters";
import type { EngineParts, Prepared, Query } from "./prepared";
import { finalColumns, QueryResult } from "./result";
import { changedTable, dmlSql, isDml, mutates, runDml, statementTypes, type Dml, type DmlStats } from "./statements";
import { lookupTable, tableName, type Lookup } from "./table-lookup";

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

export class Engine {
  private readonly definitions: Definitions;

  constructor(private readonly parts: EngineParts) {
    this.definitions = new Definitions(parts);
  }

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
        const compiled = finalColumns(compileQuery(statement.query, prepared.context));
        const result = await this.parts.database.read((connection) => {
          running(connection);
          return runBound(connection, compiled.sql, prepared.parameters);
        });
        return this.outcome(statement, lookup, new QueryResult(compiled.columns, result));
      }
      const dml = isDml(statement) ? await this.change(statement, prepared, caller, query) : undefined;
      if (!isDml(statement)) await this.definitions.run(statement, prepared, caller, query);
      return { ...this.outcome(statement, lookup, new QueryResult([], undefined)), dml };
    } catch (error) {
      throw asSqlError(error);
    }
  }

  /** What a query would give, without running it. */
  async describe(query: Query, caller: Caller): Promise<Outcome> {
    const { statement, context, lookup } = this.prepare(query, caller);
    if (statement.kind !== "query") return this.outcome(statement, lookup, new QueryResult([], undefined));
    const compiled = finalColumns(compileQuery(statement.query, context));
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
    const { sql, columns } = finalColumns(compileQuery(statement.query, context));
    return {
      columns,
      insertInto: async (connection, table) => {
        try {
          return (await runBound(connection, `INSERT INTO ${sqlName(table.physical)} ${sql}`, parameters)).rowsChanged;
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
    const done = await database.write(async (connection) => {
      if (mutates(statement)) await refuseWhereChanged(connection, table);
      return runDml(connection, statement, sql, (on, text) => runBound(on, text, parameters));
    });
    await counts.recount(dataset, id);
    return done;
  }
}

/** Queries: common tables, set operations, order and limits around SELECT. */
import { quoted } from "../../schema/duckdb-type";
import type { CommonTable, Expression, Ordering, Query, QueryBody } from "../ast";
import { commonType, duckdbText, INTEGER, sqlText, type SqlType } from "../types";
import {
  failAt,
  type CommonTables,
  type CompiledQuery,
  type Context,
  type Environment,
  type OutputColumn,
} from "./context";
import { ExpressionCompiler } from "./expression";
import { Scope } from "./scope";
import { compileSelect, type CompiledSelect } from "./select";

export const contextOf = (environment: Environment): Context => ({
  environment,
  tables: new Map(),
  query: compileQuery,
});

/** A query as one of DuckDB, and its columns. */
export function compileQuery(query: Query, outer: Context, parent?: Scope): CompiledQuery {
  const { context, sql: commonTables } = withTables(query, outer, parent);
  const body = compileBody(query.body, context, parent);
  // DuckDB orders a union by its columns only, GoogleSQL by what is calculated from them as well.
  const wrapped = query.body.kind !== "select" && query.orderBy.length > 0;
  const clauses = [wrapped ? `SELECT * FROM (${body.sql})` : body.sql];
  if (query.orderBy.length > 0) clauses.push(`ORDER BY ${query.orderBy.map((one) => body.order(one)).join(", ")}`);
  if (query.limit !== undefined) clauses.push(`LIMIT ${count(query.limit, context)}`);
  if (query.offset !== undefined) clauses.push(`OFFSET ${count(query.offset, context)}`);
  return { sql: `${commonTables}${clauses.join(" ")}`, columns: body.columns };
}

/** Of LIMIT and OFFSET: they see no columns. */
const count = (expression: Expression, context: Context): string =>
  new ExpressionCompiler(context, new Scope([])).as(expression, INTEGER).sql;

function withTables(
  query: Query,
  outer: Context,
  parent: Scope | undefined,
): { readonly context: Context; readonly sql: string } {
  if (query.with.length === 0) return { context: outer, sql: "" };
  let context = outer;
  const tables = query.with.map((table) => {
    const name = table.name.name.toLowerCase();
    const compiled = query.recursive ? recursive(table, context, parent) : compileQuery(table.query, context, parent);
    context = adding(context, name, compiled.columns);
    const columns = compiled.columns.map(({ emitted }) => quoted(emitted)).join(", ");
    return `${quoted(name)} (${columns}) AS (${compiled.sql})`;
  });
  return { context, sql: `WITH ${query.recursive ? "RECURSIVE " : ""}${tables.join(", ")} ` };
}

function adding(context: Context, name: string, columns: readonly OutputColumn[]): Context {
  const tables: CommonTables = new Map([...context.tables, [name, columns]]);
  return { ...context, tables };
}

/** A table that reads itself has the columns of the first query of its union. */
function recursive({ name, query }: CommonTable, context: Context, parent: Scope | undefined): CompiledQuery {
  if (query.body.kind !== "set") return compileQuery(query, context, parent);
  const { columns } = compileBody(firstOf(query.body), context, parent);
  return compileQuery(query, adding(context, name.name.toLowerCase(), columns), parent);
}

const firstOf = (body: QueryBody): QueryBody => (body.kind === "set" ? firstOf(body.left) : body);

function compileBody(body: QueryBody, context: Context, parent: Scope | undefined): CompiledSelect {
  if (body.kind === "select") return compileSelect(body, context, parent);
  if (body.kind === "nested") {
    const compiled = compileQuery(body.query, context, parent);
    return {
      sql: `(${compiled.sql})`,
      columns: compiled.columns,
      order: (one) => orderByOutput(one, compiled, context),
    };
  }
  const left = compileBody(body.left, context, parent);
  const right = compileBody(body.right, context, parent);
  if (left.columns.length !== right.columns.length) {
    throw failAt(
      context,
      `Queries in ${body.operator} have mismatched column count; query 1 has ${left.columns.length} column(s), query 2 has ${right.columns.length} column(s)`,
      body.at,
    );
  }
  const columns = left.columns.map((column, at): OutputColumn => {
    const other = (right.columns[at] as OutputColumn).type;
    const type = commonType(column.type, other);
    if (type !== undefined) return { ...column, type };
    throw failAt(
      context,
      `Column ${at + 1} in ${body.operator} has incompatible types: ${sqlText(column.type)}, ${sqlText(other)}`,
      body.at,
    );
  });
  const types = columns.map(({ type }) => type);
  const operator = body.operator.replace(" DISTINCT", "");
  const sql = `(${converted(left, types)}) ${operator} (${converted(right, types)})`;
  const whole: CompiledQuery = { sql, columns };
  return { ...whole, order: (one) => orderByOutput(one, whole, context) };
}

/** A query whose columns are brought to other types, where they differ. */
function converted({ sql, columns }: CompiledQuery, types: readonly SqlType[]): string {
  const casts = columns.map(({ type, emitted }, at) => {
    const wanted = types[at] as SqlType;
    const text = duckdbText(wanted);
    const same = type.kind === wanted.kind || text === undefined;
    return { same, sql: same ? quoted(emitted) : `CAST(${quoted(emitted)} AS ${text}) AS ${quoted(emitted)}` };
  });
  if (casts.every(({ same }) => same)) return sql;
  return `SELECT ${casts.map((cast) => cast.sql).join(", ")} FROM (${sql})`;
}

/** After a set operation only the output's columns can be ordered by. */
function orderByOutput(ordering: Ordering, { columns }: CompiledQuery, context: Context): string {
  const scope = new Scope([
    {
      columns: columns
        .filter(({ name }) => name !== "")
        .map(({ name, type, emitted }) => ({ name, type, sql: quoted(emitted) })),
    },
  ]);
  if (ordering.by.kind === "literal" && ordering.by.type === "INTEGER") {
    return `${ordering.by.text}${ordering.descending ? " DESC" : ""}`;
  }
  return new ExpressionCompiler(context, scope).ordering(ordering);
}

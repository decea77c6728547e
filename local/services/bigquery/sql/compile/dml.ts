/** Statements that change rows. @see https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax */
import type { Column } from "../../schema/column";
import { quoted } from "../../schema/duckdb-type";
import type { Assignment, Expression, MergeBranch, Statement } from "../ast";
import { coerce } from "../coerce";
import type { Identifier } from "../cursor";
import { typed, type Typed } from "../typed";
import { duckdbText, sqlText, typeOfColumn } from "../types";
import { failAt, notTranslatedAt, type Context } from "./context";
import { ExpressionCompiler } from "./expression";
import { compileFrom } from "./from";
import { columnsOf, quotedKey, Scope, type Source } from "./scope";

type Of<Kind extends Statement["kind"]> = Statement & { readonly kind: Kind };

/** The table that a statement changes. */
export interface Target {
  /** In DuckDB. */
  readonly sql: string;
  /** How it is called where it has no alias. */
  readonly name: string;
  readonly columns: readonly Column[];
  /** An expression of a column's default. */
  readonly defaultOf: (column: Column) => Expression | undefined;
}

export function compileInsert(statement: Of<"insert">, target: Target, context: Context): string {
  const columns = insertColumns(statement.columns, target, statement.at, context);
  const missing = target.columns.filter((column) => !columns.includes(column));
  const filled = missing.flatMap((column) => fillers(column, target, context));
  const names = [...columns, ...filled.map(({ column }) => column)].map(({ name }) => quoted(name)).join(", ");
  const extra = filled.map(({ sql }) => sql);
  const { rows, at } = statement;
  if (rows.kind === "query") {
    const query = context.query(rows.query, context, undefined);
    if (query.columns.length !== columns.length) throw wrongCount(query.columns.length, columns.length, at, context);
    const values = query.columns.map(({ emitted, type }, n) =>
      assigned(typed(quoted(emitted), type), columns[n] as Column, rows.query.at, context),
    );
    return `INSERT INTO ${target.sql} (${names}) SELECT ${[...values, ...extra].join(", ")} FROM (${query.sql})`;
  }
  const compiler = new ExpressionCompiler(context, new Scope([]));
  const lists = rows.rows.map((row) => {
    if (row.length !== columns.length) throw wrongCount(row.length, columns.length, at, context);
    const values = row.map((value, n) => valueOrDefault(value, columns[n] as Column, target, compiler, context));
    return `(${[...values, ...extra].join(", ")})`;
  });
  return `INSERT INTO ${target.sql} (${names}) VALUES ${lists.join(", ")}`;
}

function insertColumns(
  named: readonly Identifier[] | undefined,
  { columns }: Target,
  at: number,
  context: Context,
): readonly Column[] {
  if (named === undefined) return columns;
  if (new Set(named.map(({ name }) => name.toLowerCase())).size < named.length) {
    throw failAt(context, "INSERT has a column twice in its list", at);
  }
  return named.map((one) => column(one, columns, context));
}

/** What a column gets that an INSERT does not name. */
function fillers(
  column: Column,
  target: Target,
  context: Context,
): readonly { readonly column: Column; readonly sql: string }[] {
  const expression = target.defaultOf(column);
  if (expression === undefined && column.mode !== "REPEATED") return [];
  return [
    { column, sql: valueOrDefault("DEFAULT", column, target, new ExpressionCompiler(context, new Scope([])), context) },
  ];
}

const wrongCount = (given: number, wanted: number, at: number, context: Context): Error =>
  failAt(context, `Inserted row has wrong column count; Has ${given}, expected ${wanted}`, at);

function column(named: Identifier, columns: readonly Column[], context: Context): Column {
  const found = columns.find(({ name }) => name.toLowerCase() === named.name.toLowerCase());
  if (found === undefined) throw failAt(context, `Column ${named.name} is not present in the table`, named.at);
  return found;
}

function valueOrDefault(
  value: Expression | "DEFAULT",
  column: Column,
  target: Target,
  compiler: ExpressionCompiler,
  context: Context,
): string {
  if (value !== "DEFAULT") return assigned(compiler.compile(value), column, value.at, context);
  const expression = target.defaultOf(column);
  if (expression !== undefined) return assigned(compiler.compile(expression), column, 0, context);
  return column.mode === "REPEATED" ? `CAST([] AS ${duckdbText(typeOfColumn(column))})` : "NULL";
}

/** A value as a column takes it. */
function assigned(value: Typed, column: Column, at: number, context: Context): string {
  const type = typeOfColumn(column);
  const fitted = coerce(value, type);
  if (fitted === undefined) {
    throw failAt(
      context,
      `Value of type ${sqlText(value.type)} cannot be assigned to ${column.name}, which has type ${sqlText(type)}`,
      at,
    );
  }
  const sql = `CAST(${fitted.sql} AS ${duckdbText(type)})`;
  // NULL and the empty array are the same in a table.
  return column.mode === "REPEATED" ? `coalesce(${sql}, [])` : sql;
}

const sourceOf = (target: Target, alias: string): Source => ({
  alias,
  columns: columnsOf(
    alias,
    target.columns.map((one) => ({ name: one.name, type: typeOfColumn(one) })),
  ),
});

export function compileUpdate(statement: Of<"update">, target: Target, context: Context): string {
  const alias = statement.alias?.name ?? target.name;
  const from = statement.from && compileFrom(statement.from, context, undefined);
  const compiler = new ExpressionCompiler(context, new Scope([sourceOf(target, alias), ...(from?.sources ?? [])]));
  const set = assignments(statement.set, alias, target, compiler, context);
  const where = compiler.boolean(statement.where, "WHERE clause");
  return `UPDATE ${target.sql} AS ${quoted(alias)} SET ${set}${from === undefined ? "" : ` FROM ${from.sql}`} WHERE ${where}`;
}

function assignments(
  set: readonly Assignment[],
  alias: string,
  target: Target,
  compiler: ExpressionCompiler,
  context: Context,
): string {
  const seen = new Set<string>();
  return set
    .map(({ target: path, value }) => {
      // The column may be named with the table's alias before it.
      const parts = path.length > 1 && path[0]?.name.toLowerCase() === alias.toLowerCase() ? path.slice(1) : path;
      const [first, ...fields] = parts as readonly [Identifier, ...Identifier[]];
      const found = column(first, target.columns, context);
      if (seen.has(found.name)) throw failAt(context, `Update item ${found.name} assigned more than once`, first.at);
      seen.add(found.name);
      if (fields.length === 0) {
        return `${quoted(found.name)} = ${valueOrDefault(value, found, target, compiler, context)}`;
      }
      if (value === "DEFAULT") throw notTranslatedAt(context, "DEFAULT of a field within a STRUCT", first.at);
      const now = `${quoted(alias)}.${quoted(found.name)}`;
      return `${quoted(found.name)} = ${withField(now, found, fields, value, compiler, context)}`;
    })
    .join(", ");
}

/** A record with one of its fields changed. */
function withField(
  sql: string,
  record: Column,
  [first, ...rest]: readonly Identifier[],
  value: Expression,
  compiler: ExpressionCompiler,
  context: Context,
): string {
  if (first === undefined) return sql;
  if (record.type !== "RECORD" || record.mode === "REPEATED") {
    throw failAt(context, `Cannot access field ${first.name} of ${record.name}`, first.at);
  }
  const field = column(first, record.fields ?? [], context);
  const inner =
    rest.length === 0
      ? assigned(compiler.compile(value), field, value.at, context)
      : withField(`struct_extract(${sql}, ${quotedKey(field.name)})`, field, rest, value, compiler, context);
  return `struct_update(${sql}, ${quoted(field.name)} := ${inner})`;
}

export function compileDelete(statement: Of<"delete">, target: Target, context: Context): string {
  const alias = statement.alias?.name ?? target.name;
  const compiler = new ExpressionCompiler(context, new Scope([sourceOf(target, alias)]));
  return `DELETE FROM ${target.sql} AS ${quoted(alias)} WHERE ${compiler.boolean(statement.where, "WHERE clause")}`;
}

/** Its result has a column of what was done with each row: INSERT, UPDATE, DELETE. */
export function compileMerge(statement: Of<"merge">, target: Target, context: Context): string {
  const alias = statement.alias?.name ?? target.name;
  const using = compileFrom(statement.using, context, undefined);
  const own = sourceOf(target, alias);
  const both = new ExpressionCompiler(context, new Scope([own, ...using.sources]));
  const branches = statement.branches.map((branch) =>
    mergeBranch(branch, alias, target, own, using.sources, both, context),
  );
  return [
    `MERGE INTO ${target.sql} AS ${quoted(alias)} USING ${using.sql} ON ${both.boolean(statement.on, "MERGE ON clause")}`,
    ...branches,
    "RETURNING merge_action",
  ].join(" ");
}

function mergeBranch(
  { matched, and, action }: MergeBranch,
  alias: string,
  target: Target,
  own: Source,
  sources: readonly Source[],
  both: ExpressionCompiler,
  context: Context,
): string {
  const compiler =
    matched === "MATCHED"
      ? both
      : new ExpressionCompiler(context, new Scope(matched === "NOT MATCHED" ? sources : [own]));
  const when = `WHEN ${matched}${and === undefined ? "" : ` AND ${compiler.boolean(and, "MERGE condition")}`} THEN`;
  if (action.kind === "delete") return `${when} DELETE`;
  if (action.kind === "update") {
    return `${when} UPDATE SET ${assignments(action.set, alias, target, compiler, context)}`;
  }
  const columns = insertColumns(action.columns, target, 0, context);
  const values =
    action.values === "ROW"
      ? sources
          .flatMap((source) => source.columns)
          .map(({ sql, type }, n) => assigned(typed(sql, type), columns[n] ?? noColumn(context), 0, context))
      : action.values.map((value, n) =>
          valueOrDefault(value, columns[n] ?? noColumn(context), target, compiler, context),
        );
  if (values.length !== columns.length) throw wrongCount(values.length, columns.length, 0, context);
  const filled = target.columns.filter((one) => !columns.includes(one)).flatMap((one) => fillers(one, target, context));
  const names = [...columns, ...filled.map((one) => one.column)].map(({ name }) => quoted(name)).join(", ");
  return `${when} INSERT (${names}) VALUES (${[...values, ...filled.map(({ sql }) => sql)].join(", ")})`;
}

function noColumn(context: Context): never {
  throw failAt(context, "MERGE inserts more values than the table has columns", 0);
}

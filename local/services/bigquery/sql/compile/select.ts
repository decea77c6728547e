/** SELECT: its list, and the clauses that read it. */
import { quoted } from "../../schema/duckdb-type";
import type { Expression, GroupBy, Ordering, Select, SelectItem, WindowSpec } from "../ast";
import { typed, type Typed } from "../typed";
import { record } from "../types";
import { failAt, type CompiledQuery, type Context, type OutputColumn } from "./context";
import { ExpressionCompiler } from "./expression";
import { compileFrom, type CompiledFrom } from "./from";
import { quotedKey, Scope, wholeRow, type NamedColumn, type Source } from "./scope";

interface Selected {
  /** "" for one without a name. */
  readonly name: string;
  readonly value: Typed;
  readonly source: Expression | undefined;
}

/** A SELECT, and how an ORDER BY after it is compiled. */
export interface CompiledSelect extends CompiledQuery {
  readonly order: (ordering: Ordering) => string;
}

export function compileSelect(select: Select, context: Context, parent: Scope | undefined): CompiledSelect {
  const from: CompiledFrom =
    select.from === undefined ? { sql: "", sources: [], filters: [] } : compileFrom(select.from, context, parent);
  const windows = new Map(
    select.windows.map(({ name, spec }): [string, WindowSpec] => [name.name.toLowerCase(), spec]),
  );
  const scope = new Scope(from.sources, parent);
  const plain = new ExpressionCompiler(context, scope, windows);
  checkPartitionFilters(select, from, context);

  const listed = select.items.flatMap((item) => selected(item, plain, scope, context));
  const list = select.as === "STRUCT" ? [structOf(listed)] : listed;
  if (select.as === "VALUE" && list.length !== 1) {
    throw failAt(context, "SELECT AS VALUE query must have exactly one column", select.at);
  }
  const columns = emittedNames(list);

  const aliases = new Map(
    listed.flatMap(({ name, value }): [string, Typed][] => (name === "" ? [] : [[name.toLowerCase(), value]])),
  );
  // The clauses after the list may use its names; what a column of FROM is called as well, comes first in GROUP BY and ORDER BY.
  const after = new ExpressionCompiler(context, scope.withAliases(aliases), windows);
  const place = (by: Expression): string | undefined => placeOf(by, listed);
  const clauses = [
    `SELECT ${select.distinct ? "DISTINCT " : ""}${list.map(({ value }, at) => `${value.sql} AS ${quoted((columns[at] as OutputColumn).emitted)}`).join(", ")}`,
  ];
  if (from.sql !== "") clauses.push(`FROM ${from.sql}`);
  if (select.where !== undefined) clauses.push(`WHERE ${plain.boolean(select.where, "WHERE clause")}`);
  if (select.groupBy !== undefined) clauses.push(`GROUP BY ${groupBy(select.groupBy, plain, place)}`);
  if (select.having !== undefined) clauses.push(`HAVING ${after.boolean(select.having, "HAVING clause")}`);
  if (select.qualify !== undefined) clauses.push(`QUALIFY ${after.boolean(select.qualify, "QUALIFY clause")}`);
  return {
    sql: clauses.join(" "),
    columns,
    order: (ordering) => {
      const at = place(ordering.by);
      if (at === undefined) return after.ordering(ordering);
      return `${at}${ordering.descending ? " DESC" : ""}${ordering.nulls === undefined ? "" : ` NULLS ${ordering.nulls}`}`;
    },
  };
}

function selected(item: SelectItem, compiler: ExpressionCompiler, scope: Scope, context: Context): readonly Selected[] {
  if (item.kind === "expression") {
    const value = compiler.compile(item.value);
    return [{ name: item.alias?.name ?? impliedName(item.value), value, source: item.value }];
  }
  const columns = starColumns(item, compiler, scope, context);
  const gone = new Set(item.except.map(({ name }) => name.toLowerCase()));
  for (const { name, at } of [...item.except, ...item.replace.map((one) => one.name)]) {
    if (!columns.some((column) => column.name.toLowerCase() === name.toLowerCase())) {
      throw failAt(context, `Column ${name} in SELECT * EXCEPT or REPLACE list does not exist`, at);
    }
  }
  return columns
    .filter(({ name }) => !gone.has(name.toLowerCase()))
    .map(({ name, type, sql }): Selected => {
      const other = item.replace.find((one) => one.name.name.toLowerCase() === name.toLowerCase());
      if (other !== undefined) return { name, value: compiler.compile(other.value), source: other.value };
      return { name, value: typed(sql, type), source: undefined };
    });
}

/** A column is called as itself, a field as the field. */
function impliedName(expression: Expression): string {
  if (expression.kind === "path") return expression.parts.at(-1)?.name ?? "";
  return expression.kind === "field" ? expression.name.name : "";
}

function starColumns(
  item: SelectItem & { kind: "star" },
  compiler: ExpressionCompiler,
  scope: Scope,
  context: Context,
): readonly NamedColumn[] {
  if (item.of === undefined) {
    const columns = scope.sources.flatMap(visible);
    if (scope.sources.length === 0) throw failAt(context, "SELECT * must have a FROM clause", item.at);
    return columns;
  }
  if (item.of.kind === "path" && item.of.parts.length === 1) {
    const source = scope.source(item.of.parts[0]?.name ?? "");
    if (source !== undefined && source.value === undefined) return source.columns;
  }
  const value = compiler.compile(item.of);
  const { type } = value;
  if (type.kind !== "RECORD") throw failAt(context, "Dot-star is not supported for a value that is no STRUCT", item.at);
  return type.fields.map((field) => ({
    name: field.name,
    type: field.type,
    sql: `struct_extract(${value.sql}, ${quotedKey(field.name)})`,
  }));
}

const visible = ({ columns, hidden }: Source): readonly NamedColumn[] =>
  columns.filter(({ name }) => hidden?.has(name.toLowerCase()) !== true);

function structOf(list: readonly Selected[]): Selected {
  const columns = list.map(({ name, value }, at) => ({
    name: name === "" ? `_field_${at + 1}` : name,
    type: value.type,
    sql: value.sql,
  }));
  const whole = wholeRow({ columns });
  return {
    name: "",
    value: typed(whole.sql, record(columns.map(({ name, type }) => ({ name, type })))),
    source: undefined,
  };
}

/** Names of their own, whatever they are called. */
function emittedNames(list: readonly Selected[]): readonly OutputColumn[] {
  const taken = new Set<string>();
  return list.map(({ name, value }, at) => {
    const wanted = name === "" ? `_column_${at}` : name;
    let emitted = wanted;
    for (let turn = 2; taken.has(emitted.toLowerCase()); turn++) emitted = `${wanted}~${turn}`;
    taken.add(emitted.toLowerCase());
    return { name, type: value.type, emitted };
  });
}

/** An item of the list by its number or its name, as its number: DuckDB would take a column of that name first. */
function placeOf(by: Expression, list: readonly Selected[]): string | undefined {
  if (by.kind === "literal" && by.type === "INTEGER") return by.text;
  if (by.kind !== "path" || by.parts.length !== 1) return undefined;
  const name = by.parts[0]?.name.toLowerCase();
  const at = list.findIndex((one) => one.name.toLowerCase() === name);
  return at < 0 ? undefined : String(at + 1);
}

function groupBy(
  by: GroupBy,
  compiler: ExpressionCompiler,
  place: (expression: Expression) => string | undefined,
): string {
  const text = (expression: Expression): string => place(expression) ?? compiler.compile(expression).sql;
  switch (by.kind) {
    case "all":
      return "ALL";
    case "expressions":
      return by.by.map(text).join(", ");
    case "ROLLUP":
    case "CUBE":
      return `${by.kind} (${by.by.map(text).join(", ")})`;
    case "sets":
      return `GROUPING SETS (${by.sets.map((set) => `(${set.map(text).join(", ")})`).join(", ")})`;
  }
}

/** A table may demand that a query names its partitioning column in a condition. */
function checkPartitionFilters(select: Select, { filters }: CompiledFrom, context: Context): void {
  for (const { table, columns } of filters) {
    if (select.where !== undefined && mentions(select.where, columns)) continue;
    throw failAt(
      context,
      `Cannot query over table '${table}' without a filter over column(s) '${columns.join("', '")}' that can be used for partition elimination`,
      select.at,
    );
  }
}

function mentions(value: unknown, columns: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  const node = value as { readonly kind?: unknown; readonly parts?: readonly { readonly name: string }[] };
  if (node.kind === "path" && node.parts !== undefined) {
    const last = node.parts.at(-1)?.name.toLowerCase();
    return columns.some((column) => column.toLowerCase() === last);
  }
  return Object.values(value).some((inner) => mentions(inner, columns));
}

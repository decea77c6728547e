/** FROM: what is joined, and the names that it gives. */
import { quoted } from "../../schema/duckdb-type";
import type { FromItem, TablePath } from "../ast";
import type { Identifier } from "../cursor";
import { typed, type Typed } from "../typed";
import { INTEGER, elementOf, sqlText } from "../types";
import { failAt, type Context, type FoundTable, type OutputColumn } from "./context";
import { ExpressionCompiler } from "./expression";
import { columnsOf, quotedKey, Scope, type NamedColumn, type Source } from "./scope";

export interface CompiledFrom {
  readonly sql: string;
  readonly sources: readonly Source[];
  /** Tables of which a query has to filter a column. */
  readonly filters: readonly NonNullable<FoundTable["partitionFilter"]>[];
}

/** @param left what stands before it in the same FROM: an array may be one of its columns. */
export function compileFrom(
  item: FromItem,
  context: Context,
  parent: Scope | undefined,
  left: readonly Source[] = [],
): CompiledFrom {
  switch (item.kind) {
    case "table":
      return compileTable(item, context, parent, left);
    case "query": {
      const { sql, columns } = context.query(item.query, context, parent);
      const alias = item.alias?.name ?? `_query_${item.at}`;
      return one(`(${sql}) AS ${quoted(alias)}`, {
        alias: item.alias?.name,
        columns: columnsOf(alias, named(columns)),
      });
    }
    case "unnest": {
      const scope = new Scope(left, parent);
      const array = new ExpressionCompiler(context, scope).compile(item.array);
      return unnest(array, item, context);
    }
    case "join":
      return compileJoin(item, context, parent, left);
  }
}

const one = (sql: string, source: Source): CompiledFrom => ({ sql, sources: [source], filters: [] });

const named = (columns: readonly OutputColumn[]): readonly OutputColumn[] => columns.filter(({ name }) => name !== "");

function compileTable(
  item: FromItem & { kind: "table" },
  context: Context,
  parent: Scope | undefined,
  left: readonly Source[],
): CompiledFrom {
  const { path, alias } = item;
  const [first, ...rest] = path.parts as readonly [Identifier, ...Identifier[]];
  if (rest.length === 0) {
    const common = context.tables.get(first.name.toLowerCase());
    if (common !== undefined) {
      const name = alias?.name ?? first.name;
      return one(`${quoted(first.name.toLowerCase())} AS ${quoted(name)}`, {
        alias: name,
        columns: columnsOf(name, named(common)),
      });
    }
  } else {
    // A path that begins with a name of this FROM, or of a query around it, is an array.
    const scope = new Scope(left, parent);
    if (isArrayPath(scope, path)) {
      const array = new ExpressionCompiler(context, scope).compile({ kind: "path", at: path.at, parts: path.parts });
      return unnest(array, { at: item.at, offset: item.offset, alias: alias ?? path.parts.at(-1) }, context);
    }
  }
  const found = context.environment.table(path);
  const name = alias?.name ?? found.name;
  return {
    sql: `${found.sql} AS ${quoted(name)}`,
    sources: [{ alias: name, columns: columnsOf(name, found.columns) }],
    filters: found.partitionFilter === undefined ? [] : [found.partitionFilter],
  };
}

function isArrayPath(scope: Scope, { parts }: TablePath): boolean {
  for (let around: Scope | undefined = scope; around !== undefined; around = around.parent) {
    if (around.source((parts[0] as Identifier).name) !== undefined) return true;
  }
  return false;
}

/** A row for each element: its value under the alias, its fields as columns. */
function unnest(
  array: Typed,
  { alias, offset, at }: { readonly alias?: Identifier; readonly offset?: Identifier; readonly at: number },
  context: Context,
): CompiledFrom {
  if (array.type.kind !== "ARRAY" && array.type.kind !== "UNKNOWN") {
    throw failAt(
      context,
      `Values referenced in UNNEST must be arrays. UNNEST contains expression of type ${sqlText(array.type)}`,
      at,
    );
  }
  const table = alias?.name ?? `_unnest_${at}`;
  const element = elementOf(array.type);
  const value = typed(`${quoted(table)}."_value"`, element);
  const columns: NamedColumn[] = [];
  if (element.kind === "RECORD") {
    for (const { name, type } of element.fields) {
      columns.push({ name, type, sql: `struct_extract(${value.sql}, ${quotedKey(name)})` });
    }
  } else columns.push({ name: alias?.name ?? "", type: element, sql: value.sql });
  const places = offset === undefined ? "" : `, generate_subscripts(${array.sql}, 1) - 1 AS "_offset"`;
  if (offset !== undefined) columns.push({ name: offset.name, type: INTEGER, sql: `${quoted(table)}."_offset"` });
  return one(`(SELECT unnest(${array.sql}) AS "_value"${places}) AS ${quoted(table)}`, {
    alias: alias?.name,
    columns,
    ...(alias === undefined ? {} : { value }),
  });
}

function compileJoin(
  item: FromItem & { kind: "join" },
  context: Context,
  parent: Scope | undefined,
  before: readonly Source[],
): CompiledFrom {
  const left = compileFrom(item.left, context, parent, before);
  const right = compileFrom(item.right, context, parent, [...before, ...left.sources]);
  checkAliases(context, item.at, left.sources, right.sources);
  const filters = [...left.filters, ...right.filters];
  const lateral = isUnnest(item.right, right) ? "LATERAL " : "";
  const words = `${left.sql} ${item.type} JOIN ${lateral}${right.sql}`;
  if (item.using !== undefined) return { ...joinedUsing(item.using, words, left, right, context), filters };
  const sources = [...left.sources, ...right.sources];
  if (item.on !== undefined) {
    const condition = new ExpressionCompiler(context, new Scope([...before, ...sources], parent)).boolean(
      item.on,
      "JOIN ON clause",
    );
    return { sql: `${words} ON ${condition}`, sources, filters };
  }
  if (item.type === "CROSS") return { sql: words, sources, filters };
  // An array's elements belong to their row: no condition is wanted.
  if (lateral !== "") return { sql: `${words} ON true`, sources, filters };
  throw failAt(context, `${item.type} JOIN must have an immediately following ON or USING clause`, item.at);
}

const isUnnest = (item: FromItem, { sql }: CompiledFrom): boolean =>
  item.kind === "unnest" || (item.kind === "table" && sql.startsWith("(SELECT unnest("));

function joinedUsing(
  using: readonly Identifier[],
  words: string,
  left: CompiledFrom,
  right: CompiledFrom,
  context: Context,
): Omit<CompiledFrom, "filters"> {
  const shared: NamedColumn[] = using.map(({ name, at }) => {
    const scopes = [new Scope(left.sources), new Scope(right.sources)];
    const [a, b] = scopes.map((scope) => scope.find([{ name, at }]));
    if (a === undefined || b === undefined)
      throw failAt(
        context,
        `Column ${name} in USING clause not found on ${a === undefined ? "left" : "right"} side of join`,
        at,
      );
    return { name, type: a.value.type, sql: `coalesce(${a.value.sql}, ${b.value.sql})` };
  });
  const hidden = new Set(using.map(({ name }) => name.toLowerCase()));
  const hide = (sources: readonly Source[]): readonly Source[] =>
    sources.map((source) => ({ ...source, hidden: new Set([...(source.hidden ?? []), ...hidden]) }));
  return {
    sql: `${words} USING (${using.map(({ name }) => quoted(name)).join(", ")})`,
    sources: [{ columns: shared }, ...hide(left.sources), ...hide(right.sources)],
  };
}

function checkAliases(context: Context, at: number, left: readonly Source[], right: readonly Source[]): void {
  const taken = new Set(left.flatMap(({ alias }) => (alias === undefined ? [] : [alias.toLowerCase()])));
  const again = right.find(({ alias }) => alias !== undefined && taken.has(alias.toLowerCase()));
  if (again !== undefined) throw failAt(context, `Duplicate table alias ${again.alias} in the same FROM clause`, at);
}

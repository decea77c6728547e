import type {
  CommonTable,
  Expression,
  FromItem,
  GroupBy,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperator,
  TablePath,
  WindowSpec,
} from "../ast";
import { Cursor, type Identifier } from "../cursor";
import { parseOrdering, parseWindow } from "./call";
import { Expressions, type Grammar } from "./expression";

/** @see https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax */
export class Queries implements Grammar {
  readonly cursor: Cursor;
  private readonly expressions: Expressions;

  constructor(source: string) {
    this.cursor = new Cursor(source);
    this.expressions = new Expressions(this);
  }

  expression(): Expression {
    return this.expressions.expression();
  }

  query(): Query {
    const { cursor } = this;
    const { at } = cursor;
    let recursive = false;
    const tables: CommonTable[] = [];
    if (cursor.take("WITH")) {
      recursive = cursor.take("RECURSIVE");
      tables.push(...cursor.list(() => this.commonTable()));
    }
    const body = this.body();
    const orderBy = cursor.take("ORDER", "BY") ? cursor.list(() => parseOrdering(this, cursor)) : [];
    const limit = cursor.take("LIMIT") ? this.expression() : undefined;
    const offset = limit !== undefined && cursor.take("OFFSET") ? this.expression() : undefined;
    if (cursor.is("|>")) throw cursor.notTranslated("Pipe syntax", cursor.at, "Write the query with SELECT ... FROM");
    return { at, with: tables, recursive, body, orderBy, limit, offset };
  }

  private commonTable(): CommonTable {
    const name = this.cursor.identifier();
    this.cursor.expect("AS");
    return { name, query: this.cursor.enclosed(() => this.query()) };
  }

  private body(): QueryBody {
    let left = this.operand();
    for (;;) {
      const { at } = this.cursor;
      const operator = this.setOperator();
      if (operator === undefined) return left;
      left = { kind: "set", at, operator, left, right: this.operand() };
    }
  }

  private setOperator(): SetOperator | undefined {
    const { cursor } = this;
    for (const operator of ["UNION ALL", "UNION DISTINCT", "INTERSECT DISTINCT", "EXCEPT DISTINCT"] as const) {
      if (cursor.take(...operator.split(" "))) {
        if (cursor.is("BY", "NAME") || cursor.is("CORRESPONDING")) throw cursor.notTranslated(`${operator} BY NAME`);
        return operator;
      }
    }
    for (const word of ["UNION", "INTERSECT", "EXCEPT"]) {
      if (cursor.take(word)) throw cursor.fail(`Syntax error: Expected keyword ALL or keyword DISTINCT after ${word}`);
    }
    return undefined;
  }

  private operand(): QueryBody {
    if (this.cursor.is("(")) return { kind: "nested", query: this.cursor.enclosed(() => this.query()) };
    return this.select();
  }

  private select(): Select {
    const { cursor } = this;
    const { at } = cursor;
    cursor.expect("SELECT");
    if (cursor.is("WITH")) throw cursor.notTranslated("SELECT WITH options");
    const distinct = cursor.take("DISTINCT");
    if (!distinct) cursor.take("ALL");
    const as = cursor.take("AS", "STRUCT") ? "STRUCT" : cursor.take("AS", "VALUE") ? "VALUE" : undefined;
    const items: SelectItem[] = [];
    do {
      // A comma may stand after the last one.
      if (items.length > 0 && (cursor.is("FROM") || cursor.is(")") || cursor.current.kind === "end")) break;
      items.push(this.item());
    } while (cursor.take(","));
    return {
      kind: "select",
      at,
      distinct,
      as,
      items,
      from: cursor.take("FROM") ? this.from() : undefined,
      where: cursor.take("WHERE") ? this.expression() : undefined,
      groupBy: cursor.take("GROUP", "BY") ? this.groupBy() : undefined,
      having: cursor.take("HAVING") ? this.expression() : undefined,
      qualify: cursor.take("QUALIFY") ? this.expression() : undefined,
      windows: cursor.take("WINDOW") ? cursor.list(() => this.window()) : [],
    };
  }

  private item(): SelectItem {
    const { cursor } = this;
    const { at } = cursor;
    if (cursor.take("*")) return { kind: "star", at, ...this.starChanges() };
    const value = this.expression();
    if (cursor.take(".", "*")) return { kind: "star", of: value, at, ...this.starChanges() };
    return { kind: "expression", value, alias: this.alias(), at };
  }

  private starChanges(): Pick<SelectItem & { kind: "star" }, "except" | "replace"> {
    const { cursor } = this;
    const except =
      cursor.is("EXCEPT", "(") && cursor.take("EXCEPT")
        ? cursor.enclosed(() => cursor.list(() => cursor.identifier()))
        : [];
    const replace = cursor.take("REPLACE")
      ? cursor.enclosed(() =>
          cursor.list(() => {
            const value = this.expression();
            cursor.take("AS");
            return { value, name: cursor.identifier() };
          }),
        )
      : [];
    return { except, replace };
  }

  /** AS name, or the name alone. */
  private alias(): Identifier | undefined {
    this.refuseOperators();
    if (this.cursor.take("AS")) return this.cursor.identifier();
    return this.cursor.isName() ? this.cursor.identifier() : undefined;
  }

  private groupBy(): GroupBy {
    const { cursor } = this;
    if (cursor.take("ALL")) return { kind: "all" };
    if (cursor.take("ROLLUP")) {
      return { kind: "ROLLUP", by: cursor.enclosed(() => cursor.list(() => this.expression())) };
    }
    if (cursor.take("CUBE")) return { kind: "CUBE", by: cursor.enclosed(() => cursor.list(() => this.expression())) };
    if (cursor.take("GROUPING", "SETS")) {
      const set = (): readonly Expression[] => {
        if (!cursor.is("(")) return [this.expression()];
        return cursor.enclosed(() => (cursor.is(")") ? [] : cursor.list(() => this.expression())));
      };
      return { kind: "sets", sets: cursor.enclosed(() => cursor.list(set)) };
    }
    return { kind: "expressions", by: cursor.list(() => this.expression()) };
  }

  private window(): { readonly name: Identifier; readonly spec: WindowSpec } {
    const name = this.cursor.identifier();
    this.cursor.expect("AS");
    const found = parseWindow(this, this.cursor);
    return { name, spec: "name" in found ? { base: found, partitionBy: [], orderBy: [] } : found };
  }

  from(): FromItem {
    const { cursor } = this;
    let left = this.joined();
    for (let at = cursor.at; cursor.take(","); at = cursor.at) {
      left = { kind: "join", at, type: "CROSS", left, right: this.joined() };
    }
    return left;
  }

  private joined(): FromItem {
    const { cursor } = this;
    let left = this.fromItem();
    for (;;) {
      const { at } = cursor;
      const type = this.joinType();
      if (type === undefined) return left;
      const right = this.fromItem();
      const on = cursor.take("ON") ? this.expression() : undefined;
      const using =
        on === undefined && cursor.take("USING")
          ? cursor.enclosed(() => cursor.list(() => cursor.identifier()))
          : undefined;
      left = { kind: "join", at, type, left, right, on, using };
    }
  }

  private joinType(): (FromItem & { kind: "join" })["type"] | undefined {
    const { cursor } = this;
    for (const type of ["CROSS", "INNER", "LEFT", "RIGHT", "FULL"] as const) {
      if (cursor.take(type, "JOIN") || cursor.take(type, "OUTER", "JOIN")) return type;
    }
    return cursor.take("JOIN") ? "INNER" : undefined;
  }

  private fromItem(): FromItem {
    const { cursor } = this;
    const { at } = cursor;
    const item = this.plainFromItem(at);
    this.refuseOperators();
    return item;
  }

  /** Words that are no reserved ones: they would be taken for an alias. */
  private refuseOperators(): void {
    for (const word of ["PIVOT", "UNPIVOT", "MATCH_RECOGNIZE"]) {
      if (this.cursor.is(word, "(")) throw this.cursor.notTranslated(word);
    }
    if (this.cursor.is("TABLESAMPLE")) throw this.cursor.notTranslated("TABLESAMPLE");
  }

  private plainFromItem(at: number): FromItem {
    const { cursor } = this;
    if (cursor.take("UNNEST")) {
      const array = cursor.enclosed(() => this.expression());
      const alias = this.alias();
      return { kind: "unnest", at, array, alias, offset: this.withOffset() };
    }
    if (cursor.is("(")) {
      if (!this.isSubquery()) return cursor.enclosed(() => this.from());
      const query = cursor.enclosed(() => this.query());
      return { kind: "query", at, query, alias: this.alias() };
    }
    const path = this.tablePath();
    if (cursor.is("(")) {
      throw cursor.notTranslated(`Table function ${path.parts.map(({ name }) => name).join(".")}`, at);
    }
    if (cursor.is("FOR", "SYSTEM_TIME")) throw cursor.notTranslated("FOR SYSTEM_TIME AS OF", cursor.at);
    const alias = this.alias();
    return { kind: "table", at, path, alias, offset: this.withOffset() };
  }

  private withOffset(): Identifier | undefined {
    const { cursor } = this;
    const { at } = cursor;
    if (!cursor.take("WITH", "OFFSET")) return undefined;
    return this.alias() ?? { name: "offset", at };
  }

  /** Brackets hold a query, or tables that are joined. */
  private isSubquery(): boolean {
    let skip = 0;
    while (this.cursor.peek(skip).text === "(") skip += 1;
    const { kind, text } = this.cursor.peek(skip);
    return kind === "word" && ["SELECT", "WITH"].includes(text.toUpperCase());
  }

  /** my-project.dataset.table, `my-project.dataset.table`, dataset.INFORMATION_SCHEMA.TABLES */
  tablePath(): TablePath {
    const { cursor } = this;
    const { at } = cursor;
    const parts: Identifier[] = [];
    // A project's name has dashes, which elsewhere are minus signs.
    const dashed = /^[A-Za-z_]\w*(?:-\w+)+(?=\.)/.exec(cursor.source.slice(at))?.[0];
    if (dashed !== undefined && cursor.current.kind === "word") {
      cursor.jump(at + dashed.length);
      parts.push({ name: dashed, at });
    } else parts.push(...named(cursor.identifier()));
    while (cursor.take(".")) parts.push(...named(cursor.anyWord()));
    return { at, parts };
  }
}

/** Between one pair of backticks may stand a whole path. */
const named = ({ name, at }: Identifier): readonly Identifier[] => name.split(".").map((part) => ({ name: part, at }));

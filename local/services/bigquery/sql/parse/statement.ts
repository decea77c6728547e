import type { Assignment, ColumnDefinition, Expression, InsertRows, MergeBranch, Options, Statement } from "../ast";
import type { Identifier } from "../cursor";
import { Queries } from "./query";
import { parseType } from "./type";

/** One statement. @throws SqlError where it is none, or NotTranslated where it is of a kind that does not run here */
export function parseStatement(source: string): Statement {
  return new Statements(source).only();
}

/** An expression alone: a column's default. */
export function parseExpression(source: string): Expression {
  const queries = new Queries(source);
  const expression = queries.expression();
  if (queries.cursor.current.kind !== "end") throw queries.cursor.unexpected();
  return expression;
}

/** @see https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language and data-manipulation-language */
class Statements extends Queries {
  only(): Statement {
    const { cursor } = this;
    const statement = this.statement();
    if (cursor.take(";") && cursor.current.kind !== "end") {
      throw cursor.notTranslated("A script of several statements", cursor.at, "Run its statements one by one");
    }
    if (cursor.current.kind !== "end") throw cursor.unexpected();
    return statement;
  }

  private statement(): Statement {
    const { cursor } = this;
    const { at } = cursor;
    if (cursor.is("SELECT") || cursor.is("WITH") || cursor.is("(")) return { kind: "query", at, query: this.query() };
    if (cursor.take("INSERT")) return this.insert(at);
    if (cursor.take("UPDATE")) return this.update(at);
    if (cursor.take("DELETE")) return this.delete(at);
    if (cursor.take("MERGE")) return this.merge(at);
    if (cursor.take("TRUNCATE", "TABLE")) return { kind: "truncate", at, table: this.tablePath() };
    if (cursor.take("CREATE")) return this.create(at);
    if (cursor.take("DROP")) return this.drop(at);
    if (cursor.take("ALTER")) return this.alter(at);
    if (cursor.current.kind !== "word") throw cursor.unexpected();
    const first = cursor.current.text.toUpperCase();
    const kinds = [
      "DECLARE",
      "SET",
      "BEGIN",
      "IF",
      "LOOP",
      "WHILE",
      "FOR",
      "CALL",
      "EXECUTE",
      "EXPORT",
      "LOAD",
      "GRANT",
      "REVOKE",
      "ASSERT",
    ];
    if (kinds.includes(first)) throw cursor.notTranslated(`Statement ${first}`, at);
    throw cursor.unexpected();
  }

  private insert(at: number): Statement {
    const { cursor } = this;
    cursor.take("INTO");
    const into = this.tablePath();
    const columns =
      cursor.is("(") && !this.startsRows() ? cursor.enclosed(() => cursor.list(() => cursor.identifier())) : undefined;
    return { kind: "insert", at, into, columns, rows: this.insertRows() };
  }

  private startsRows(): boolean {
    const next = this.cursor.peek(1).text.toUpperCase();
    return next === "SELECT" || next === "WITH" || next === "(";
  }

  private insertRows(): InsertRows {
    if (!this.cursor.take("VALUES")) return { kind: "query", query: this.query() };
    return { kind: "values", rows: this.cursor.list(() => this.valueList()) };
  }

  private valueList(): (Expression | "DEFAULT")[] {
    return this.cursor.enclosed(() => this.cursor.list(() => this.valueOrDefault()));
  }

  private valueOrDefault(): Expression | "DEFAULT" {
    return this.cursor.take("DEFAULT") ? "DEFAULT" : this.expression();
  }

  private assignments(): Assignment[] {
    const { cursor } = this;
    return cursor.list(() => {
      const target = [cursor.identifier()];
      while (cursor.take(".")) target.push(cursor.anyWord());
      cursor.expect("=");
      return { target, value: this.valueOrDefault() };
    });
  }

  private targetAlias() {
    if (this.cursor.take("AS")) return this.cursor.identifier();
    return this.cursor.isName() ? this.cursor.identifier() : undefined;
  }

  private update(at: number): Statement {
    const { cursor } = this;
    const table = this.tablePath();
    const alias = this.targetAlias();
    cursor.expect("SET");
    const set = this.assignments();
    const from = cursor.take("FROM") ? this.from() : undefined;
    return { kind: "update", at, table, alias, set, from, where: this.where("UPDATE") };
  }

  private delete(at: number): Statement {
    this.cursor.take("FROM");
    const from = this.tablePath();
    return { kind: "delete", at, from, alias: this.targetAlias(), where: this.where("DELETE") };
  }

  private where(statement: string): Expression {
    if (this.cursor.take("WHERE")) return this.expression();
    throw this.cursor.fail(`${statement} must have a WHERE clause`);
  }

  private merge(at: number): Statement {
    const { cursor } = this;
    cursor.take("INTO");
    const into = this.tablePath();
    const alias = this.targetAlias();
    cursor.expect("USING");
    const using = this.from();
    cursor.expect("ON");
    const on = this.expression();
    const branches: MergeBranch[] = [];
    while (cursor.take("WHEN")) branches.push(this.mergeBranch());
    return { kind: "merge", at, into, alias, using, on, branches };
  }

  private mergeBranch(): MergeBranch {
    const { cursor } = this;
    const not = cursor.take("NOT");
    cursor.expect("MATCHED");
    const bySource = not && cursor.take("BY", "SOURCE");
    if (not && !bySource) cursor.take("BY", "TARGET");
    const and = cursor.take("AND") ? this.expression() : undefined;
    cursor.expect("THEN");
    const matched = bySource ? "NOT MATCHED BY SOURCE" : not ? "NOT MATCHED" : "MATCHED";
    if (cursor.take("DELETE")) return { matched, and, action: { kind: "delete" } };
    if (cursor.take("UPDATE")) {
      cursor.expect("SET");
      return { matched, and, action: { kind: "update", set: this.assignments() } };
    }
    cursor.expect("INSERT");
    if (cursor.take("ROW")) return { matched, and, action: { kind: "insert", values: "ROW" } };
    const columns = cursor.is("(") ? cursor.enclosed(() => cursor.list(() => cursor.identifier())) : undefined;
    if (cursor.take("ROW")) return { matched, and, action: { kind: "insert", columns, values: "ROW" } };
    cursor.expect("VALUES");
    return { matched, and, action: { kind: "insert", columns, values: this.valueList() } };
  }

  private create(at: number): Statement {
    const { cursor } = this;
    const replace = cursor.take("OR", "REPLACE");
    if (cursor.take("SCHEMA")) {
      const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
      return { kind: "create schema", at, name: this.tablePath(), ifNotExists, options: this.options() };
    }
    if (cursor.take("VIEW")) return this.createView(at, replace);
    if (cursor.take("TABLE")) return this.createTable(at, replace);
    throw cursor.notTranslated(`CREATE ${cursor.current.text.toUpperCase()}`, at);
  }

  private createView(at: number, replace: boolean): Statement {
    const { cursor } = this;
    const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
    const view = this.tablePath();
    if (cursor.is("(")) {
      throw cursor.notTranslated("A view's own list of columns", cursor.at, "Name them in its query with AS");
    }
    const options = this.options();
    cursor.expect("AS");
    const from = cursor.at;
    const query = this.query();
    return {
      kind: "create view",
      at,
      view,
      replace,
      ifNotExists,
      options,
      query,
      text: cursor.source.slice(from, cursor.end),
    };
  }

  private createTable(at: number, replace: boolean): Statement {
    const { cursor } = this;
    const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
    const table = this.tablePath();
    for (const word of ["LIKE", "CLONE", "COPY"])
      if (cursor.is(word)) throw cursor.notTranslated(`CREATE TABLE ${word}`, at);
    const elements = cursor.is("(") ? cursor.enclosed(() => cursor.list(() => this.tableElement())) : undefined;
    const columns = elements?.flatMap(({ column }) => column ?? []);
    const primaryKey = elements?.flatMap(({ key }) => key) ?? [];
    const partitionBy = cursor.take("PARTITION", "BY") ? this.expression() : undefined;
    const clusterBy = cursor.take("CLUSTER", "BY") ? cursor.list(() => cursor.identifier()) : [];
    const options = this.options();
    const query = cursor.take("AS") ? this.query() : undefined;
    if (columns === undefined && query === undefined) throw cursor.fail("No column definitions in CREATE TABLE", at);
    return {
      kind: "create table",
      at,
      table,
      replace,
      ifNotExists,
      columns,
      primaryKey,
      partitionBy,
      clusterBy,
      options,
      query,
    };
  }

  /** A column, which may be the primary key by itself, or the columns that are it together. BigQuery enforces none. */
  private tableElement(): { readonly column?: ColumnDefinition; readonly key: readonly Identifier[] } {
    const { cursor } = this;
    if (cursor.is("CONSTRAINT") || cursor.is("FOREIGN", "KEY"))
      throw cursor.notTranslated("FOREIGN KEY in CREATE TABLE");
    if (cursor.is("PRIMARY", "KEY")) {
      cursor.take("PRIMARY", "KEY");
      const key = cursor.enclosed(() => cursor.list(() => cursor.identifier()));
      this.notEnforced();
      return { key };
    }
    const column = this.columnDefinition();
    return { column, key: column.isKey ? [column.name] : [] };
  }

  private notEnforced(): void {
    this.cursor.expect("NOT", "ENFORCED");
  }

  private columnDefinition(): ColumnDefinition {
    const { cursor } = this;
    const name = cursor.identifier();
    const type = parseType(cursor);
    const isKey = cursor.take("PRIMARY", "KEY");
    if (isKey) this.notEnforced();
    const required = cursor.take("NOT", "NULL");
    if (cursor.is("DEFAULT")) throw cursor.notTranslated("DEFAULT of a column in CREATE TABLE");
    const { description } = this.options();
    return {
      name,
      type,
      required,
      isKey,
      ...(description?.kind === "literal" ? { description: description.text } : {}),
    };
  }

  private options(): Options {
    const { cursor } = this;
    if (!cursor.take("OPTIONS")) return {};
    return cursor.enclosed(() => {
      if (cursor.is(")")) return {};
      return Object.fromEntries(
        cursor.list(() => {
          const { name } = cursor.identifier();
          cursor.expect("=");
          return [name.toLowerCase(), this.expression()] as const;
        }),
      );
    });
  }

  private drop(at: number): Statement {
    const { cursor } = this;
    for (const what of ["TABLE", "VIEW", "SCHEMA"] as const) {
      if (!cursor.take(what)) continue;
      const ifExists = cursor.take("IF", "EXISTS");
      const name = this.tablePath();
      const cascade = cursor.take("CASCADE");
      if (!cascade) cursor.take("RESTRICT");
      return { kind: "drop", at, what, name, ifExists, cascade };
    }
    throw cursor.notTranslated(`DROP ${cursor.current.text.toUpperCase()}`, at);
  }

  private alter(at: number): Statement {
    const { cursor } = this;
    cursor.expect("TABLE");
    cursor.take("IF", "EXISTS");
    const table = this.tablePath();
    if (!cursor.is("ADD", "COLUMN")) throw cursor.notTranslated("ALTER TABLE of anything but ADD COLUMN", at);
    const columns = cursor.list(() => {
      cursor.expect("ADD", "COLUMN");
      const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
      const column = this.columnDefinition();
      if (column.isKey) throw cursor.notTranslated("PRIMARY KEY in ALTER TABLE", at);
      return { ...column, ifNotExists };
    });
    return { kind: "add columns", at, table, columns };
  }
}

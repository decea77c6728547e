import type { BinaryOperator, Expression, InList, Query, SubscriptKind } from "../ast";
import type { Cursor, Identifier } from "../cursor";
import { parseArguments } from "./call";
import {
  array,
  arrayWord,
  caseExpression,
  cast,
  extract,
  interval,
  literal,
  struct,
  typedLiteral,
  type Inner,
} from "./forms";

/** What an expression needs of the rest of the grammar. */
export interface Grammar {
  readonly cursor: Cursor;
  query(): Query;
}

/** Binary operators by how tightly they bind, the loosest first; comparisons come between OR, AND, NOT and these. */
const levels: readonly (readonly BinaryOperator[])[] = [
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "||"],
];
const comparisons: readonly (readonly [string, BinaryOperator])[] = [
  ["=", "="],
  ["!=", "!="],
  ["<>", "!="],
  ["<=", "<="],
  [">=", ">="],
  ["<", "<"],
  [">", ">"],
];

/** @see https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#operator_precedence */
export class Expressions implements Inner {
  readonly cursor: Cursor;
  private questionMarks = 0;

  constructor(private readonly grammar: Grammar) {
    this.cursor = grammar.cursor;
  }

  expression(): Expression {
    return this.or();
  }

  query(): Query {
    return this.grammar.query();
  }

  operand(): Expression {
    return this.binary(0);
  }

  private or(): Expression {
    let left = this.and();
    for (let at = this.cursor.at; this.cursor.take("OR"); at = this.cursor.at) {
      left = { kind: "binary", at, operator: "OR", left, right: this.and() };
    }
    return left;
  }

  private and(): Expression {
    let left = this.not();
    for (let at = this.cursor.at; this.cursor.take("AND"); at = this.cursor.at) {
      left = { kind: "binary", at, operator: "AND", left, right: this.not() };
    }
    return left;
  }

  private not(): Expression {
    const { at } = this.cursor;
    if (this.cursor.take("NOT")) return { kind: "unary", at, operator: "NOT", operand: this.not() };
    return this.comparison();
  }

  private comparison(): Expression {
    const { cursor } = this;
    let left = this.binary(0);
    for (;;) {
      const { at } = cursor;
      const symbol = comparisons.find(([text]) => cursor.is(text));
      if (symbol !== undefined) {
        cursor.advance();
        left = { kind: "binary", at, operator: symbol[1], left, right: this.binary(0) };
        continue;
      }
      if (cursor.take("IS")) {
        left = this.is(left, at);
        continue;
      }
      const not = cursor.is("NOT") && ["IN", "LIKE", "BETWEEN"].includes(cursor.peek(1).text.toUpperCase());
      if (not) cursor.advance();
      if (cursor.take("BETWEEN")) {
        const low = this.binary(0);
        cursor.expect("AND");
        left = { kind: "between", at, operand: left, low, high: this.binary(0), not };
      } else if (cursor.take("IN")) left = { kind: "in", at, operand: left, not, list: this.inList() };
      else if (cursor.take("LIKE")) left = this.like(left, not, at);
      else return left;
    }
  }

  private is(operand: Expression, at: number): Expression {
    const { cursor } = this;
    const not = cursor.take("NOT");
    for (const what of ["NULL", "TRUE", "FALSE"] as const) {
      if (cursor.take(what)) return { kind: "is", at, operand, what, not };
    }
    cursor.expect("DISTINCT", "FROM");
    return { kind: "distinct from", at, left: operand, right: this.binary(0), not };
  }

  private inList(): InList {
    const { cursor } = this;
    if (cursor.take("UNNEST")) return { kind: "array", array: cursor.enclosed(() => this.expression()) };
    return cursor.enclosed((): InList =>
      this.startsQuery()
        ? { kind: "query", query: this.grammar.query() }
        : { kind: "values", values: cursor.list(() => this.expression()) },
    );
  }

  private like(operand: Expression, not: boolean, at: number): Expression {
    const { cursor } = this;
    for (const [word, quantifier] of [
      ["ANY", "ANY"],
      ["SOME", "ANY"],
      ["ALL", "ALL"],
    ] as const) {
      if (!cursor.take(word)) continue;
      if (cursor.is("UNNEST")) throw cursor.notTranslated("LIKE with UNNEST");
      const patterns = cursor.enclosed(() => cursor.list(() => this.expression()));
      return { kind: "like", at, operand, patterns, quantifier, not };
    }
    return { kind: "like", at, operand, patterns: [this.binary(0)], not };
  }

  private binary(level: number): Expression {
    const operators = levels[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const { at } = this.cursor;
      const operator = operators.find((one) => this.cursor.is(one));
      if (operator === undefined) return left;
      this.cursor.advance();
      left = { kind: "binary", at, operator, left, right: this.binary(level + 1) };
    }
  }

  private unary(): Expression {
    const { at } = this.cursor;
    for (const operator of ["-", "+", "~"] as const) {
      if (this.cursor.take(operator)) return { kind: "unary", at, operator, operand: this.unary() };
    }
    return this.postfix();
  }

  /** Fields and elements of what stands before them. */
  private postfix(): Expression {
    const { cursor } = this;
    let left = this.primary();
    for (;;) {
      const { at } = cursor;
      if (cursor.is(".", "*")) return left;
      if (cursor.take(".")) left = { kind: "field", at, of: left, name: cursor.anyWord() };
      else if (cursor.take("[")) {
        left = this.subscript(left, at);
        cursor.expect("]");
      } else return left;
    }
  }

  private subscript(of: Expression, at: number): Expression {
    for (const by of ["OFFSET", "SAFE_OFFSET", "ORDINAL", "SAFE_ORDINAL"] as const satisfies SubscriptKind[]) {
      if (!this.cursor.is(by, "(")) continue;
      this.cursor.advance();
      return { kind: "subscript", at, of, by, index: this.cursor.enclosed(() => this.expression()) };
    }
    return { kind: "subscript", at, of, by: "plain", index: this.expression() };
  }

  private primary(): Expression {
    const { cursor } = this;
    const { current, at } = cursor;
    switch (current.kind) {
      case "integer":
      case "float":
      case "string":
      case "bytes":
        return literal(cursor.advance());
      case "parameter":
        cursor.advance();
        if (current.text === "") this.questionMarks += 1;
        return { kind: "parameter", at, name: current.text, position: this.questionMarks };
      case "quoted":
        return this.path();
      case "word":
        return this.word();
      case "symbol":
        if (current.text === "(") return this.parenthesized();
        if (current.text === "[") return array(this);
        throw cursor.unexpected();
      case "end":
        throw cursor.unexpected();
    }
  }

  private word(): Expression {
    const { cursor } = this;
    const { at } = cursor;
    const word = cursor.current.text.toUpperCase();
    if (word === "TRUE" || word === "FALSE") {
      cursor.advance();
      return { kind: "boolean", at, value: word === "TRUE" };
    }
    if (cursor.take("NULL")) return { kind: "null", at };
    if (word === "CASE") return caseExpression(this);
    if (word === "CAST" || (word === "SAFE_CAST" && cursor.peek(1).text === "(")) {
      return cast(this, word === "SAFE_CAST");
    }
    if (word === "EXTRACT") return extract(this);
    if (word === "INTERVAL") return interval(this);
    if (word === "ARRAY") return arrayWord(this);
    if (word === "STRUCT") return struct(this);
    if (cursor.take("EXISTS")) {
      return { kind: "subquery", at, form: "exists", query: cursor.enclosed(() => this.grammar.query()) };
    }
    const typed = typedLiteral(this, word);
    if (typed !== undefined) return typed;
    if (this.startsCall()) return parseArguments(this, cursor);
    return this.path();
  }

  /** name(, SAFE.name(, NET.name(; also of the words IF, LEFT, RIGHT and GROUPING, which are reserved. */
  private startsCall(): boolean {
    const { cursor } = this;
    let skip = 0;
    while (cursor.peek(skip + 1).text === "." && cursor.peek(skip + 2).kind === "word") skip += 2;
    if (cursor.peek(skip + 1).text !== "(" || cursor.peek(skip + 1).kind !== "symbol") return false;
    if (skip === 0) return cursor.isName() || ["IF", "LEFT", "RIGHT", "GROUPING"].some((word) => cursor.is(word));
    return true;
  }

  private path(): Expression {
    const { cursor } = this;
    const { at } = cursor;
    const parts: Identifier[] = [cursor.identifier()];
    while (cursor.is(".") && !cursor.is(".", "*")) {
      cursor.advance();
      parts.push(cursor.anyWord());
    }
    return { kind: "path", at, parts };
  }

  /** A query, a tuple, or an expression in brackets. */
  private parenthesized(): Expression {
    const { cursor } = this;
    const { at } = cursor;
    return cursor.enclosed((): Expression => {
      if (this.startsQuery()) return { kind: "subquery", at, form: "scalar", query: this.grammar.query() };
      const values = cursor.list(() => this.expression());
      return values.length === 1
        ? (values[0] as Expression)
        : { kind: "struct", at, fields: values.map((value) => ({ value })) };
    });
  }

  /** SELECT, WITH, or either of them behind brackets. */
  private startsQuery(): boolean {
    let skip = 0;
    while (this.cursor.peek(skip).text === "(") skip += 1;
    const { kind, text } = this.cursor.peek(skip);
    return kind === "word" && ["SELECT", "WITH"].includes(text.toUpperCase());
  }
}

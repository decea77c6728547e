/** Expressions that begin with a word or a bracket of their own. */
import type { Branch, DatePart, Expression, Query, StructField, TypedLiteralKind } from "../ast";
import type { Cursor } from "../cursor";
import type { Token } from "../tokens";
import { parseType } from "./type";

/** What they need of the grammar. */
export interface Inner {
  readonly cursor: Cursor;
  expression(): Expression;
  /** Without comparisons, NOT, AND and OR: what stands before the part of an INTERVAL. */
  operand(): Expression;
  query(): Query;
}

export function literal({ kind, text, at }: Token): Expression {
  const types = { integer: "INTEGER", float: "FLOAT", string: "STRING", bytes: "BYTES" } as const;
  return { kind: "literal", at, type: types[kind as keyof typeof types], text };
}

export function typedLiteral(inner: Inner, word: string): Expression | undefined {
  const { cursor } = inner;
  const { at } = cursor;
  const kinds: readonly string[] = ["DATE", "DATETIME", "TIME", "TIMESTAMP", "NUMERIC", "DECIMAL", "JSON"];
  if (!kinds.includes(word) || cursor.peek(1).kind !== "string") return undefined;
  cursor.advance();
  const { text } = cursor.advance();
  return { kind: "typed literal", at, type: (word === "DECIMAL" ? "NUMERIC" : word) as TypedLiteralKind, text };
}

export function caseExpression(inner: Inner): Expression {
  const { cursor } = inner;
  const { at } = cursor;
  cursor.expect("CASE");
  const operand = cursor.is("WHEN") ? undefined : inner.expression();
  const branches: Branch[] = [];
  while (cursor.take("WHEN")) {
    const when = inner.expression();
    cursor.expect("THEN");
    branches.push({ when, result: inner.expression() });
  }
  const otherwise = cursor.take("ELSE") ? inner.expression() : undefined;
  cursor.expect("END");
  return { kind: "case", at, operand, branches, otherwise };
}

export function cast(inner: Inner, safe: boolean): Expression {
  const { cursor } = inner;
  const { at } = cursor.advance();
  return cursor.enclosed((): Expression => {
    const operand = inner.expression();
    cursor.expect("AS");
    const type = parseType(cursor);
    if (cursor.is("FORMAT")) {
      throw cursor.notTranslated("CAST with FORMAT", cursor.at, "Use FORMAT_TIMESTAMP or PARSE_TIMESTAMP");
    }
    return { kind: "cast", at, operand, type, safe };
  });
}

export function extract(inner: Inner): Expression {
  const { cursor } = inner;
  const { at } = cursor.advance();
  return cursor.enclosed((): Expression => {
    const part = datePart(inner);
    cursor.expect("FROM");
    const from = inner.expression();
    const zone = cursor.take("AT", "TIME", "ZONE") ? inner.expression() : undefined;
    return { kind: "extract", at, part, from, zone };
  });
}

export function interval(inner: Inner): Expression {
  const { cursor } = inner;
  const { at } = cursor.advance();
  const value = inner.operand();
  const part = datePart(inner);
  if (cursor.is("TO")) {
    throw cursor.notTranslated("INTERVAL with a range of parts", at, "Add intervals of one part each");
  }
  return { kind: "interval", at, value, part };
}

function datePart(inner: Inner): DatePart {
  const { cursor } = inner;
  const { name, at } = cursor.anyWord();
  const weekday = cursor.is("(") ? cursor.enclosed(() => cursor.identifier().name.toUpperCase()) : undefined;
  return { name: name.toUpperCase(), weekday, at };
}

export function arrayWord(inner: Inner): Expression {
  const { cursor } = inner;
  const { at } = cursor;
  if (cursor.is("ARRAY", "<")) {
    const type = parseType(cursor);
    return { ...array(inner), at, type };
  }
  cursor.expect("ARRAY");
  if (cursor.is("[")) return array(inner);
  return { kind: "subquery", at, form: "array", query: cursor.enclosed(() => inner.query()) };
}

export function array(inner: Inner): Expression & { readonly kind: "array" } {
  const { cursor } = inner;
  const { at } = cursor;
  cursor.expect("[");
  const elements = cursor.is("]") ? [] : cursor.list(() => inner.expression());
  cursor.expect("]");
  return { kind: "array", at, elements };
}

export function struct(inner: Inner): Expression {
  const { cursor } = inner;
  const { at } = cursor;
  const type = cursor.is("STRUCT", "<") ? parseType(cursor) : undefined;
  if (type === undefined) cursor.expect("STRUCT");
  const fields = cursor.enclosed(() => (cursor.is(")") ? [] : cursor.list((): StructField => structField(inner))));
  return { kind: "struct", at, fields, type };
}

function structField(inner: Inner): StructField {
  const value = inner.expression();
  return inner.cursor.take("AS") ? { value, name: inner.cursor.identifier() } : { value };
}

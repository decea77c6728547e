/** Conditions: IN, LIKE, BETWEEN, IS, CASE. @see https://cloud.google.com/bigquery/docs/reference/standard-sql/operators */
import { quoted } from "../../schema/duckdb-type";
import type { Expression } from "../ast";
import { coerce, unify } from "../coerce";
import { typed, type Typed } from "../typed";
import { BOOLEAN, elementOf, sqlText, STRING } from "../types";
import type { OutputColumn } from "./context";
import type { Inner } from "./inner";
import { comparison, type Operands } from "./operator";

type Of<Kind extends Expression["kind"]> = Expression & { readonly kind: Kind };

export function between(inner: Inner, { operand, low, high, not, at }: Of<"between">): Typed {
  const value = inner.compile(operand);
  const text = [
    comparison(pair(inner, ">=", value, inner.compile(low), at)).sql,
    comparison(pair(inner, "<=", value, inner.compile(high), at)).sql,
  ].join(" AND ");
  return typed(not ? `(NOT (${text}))` : `(${text})`, BOOLEAN);
}

export function is(inner: Inner, { operand, what, not }: Of<"is">): Typed {
  return typed(`(${inner.compile(operand).sql} IS ${not ? "NOT " : ""}${what})`, BOOLEAN);
}

export function distinctFrom(inner: Inner, { left, right, not, at }: Of<"distinct from">): Typed {
  const both = common(inner, "IS DISTINCT FROM", inner.compile(left), inner.compile(right), at);
  return typed(`(${both.left.sql} IS ${not ? "NOT " : ""}DISTINCT FROM ${both.right.sql})`, BOOLEAN);
}

/** Two operands that are compiled. */
export const pair = (
  inner: Inner,
  operator: Operands["operator"],
  left: Typed,
  right: Typed,
  at: number,
): Operands => ({ operator, left, right, fail: (message) => inner.fail(message, at) });

function common(
  inner: Inner,
  operator: string,
  left: Typed,
  right: Typed,
  at: number,
): { readonly left: Typed; readonly right: Typed } {
  const unified = unify([left, right]);
  if (unified === undefined) {
    throw inner.fail(
      `No matching signature for operator ${operator} for argument types: ${sqlText(left.type)}, ${sqlText(right.type)}`,
      at,
    );
  }
  const [a, b] = unified.values as readonly [Typed, Typed];
  return { left: a, right: b };
}

export function isIn(inner: Inner, { operand, not, list, at }: Of<"in">): Typed {
  const value = inner.compile(operand);
  const word = not ? "NOT IN" : "IN";
  if (list.kind === "values") {
    const unified = unify([value, ...list.values.map((one) => inner.compile(one))]);
    if (unified === undefined) {
      throw inner.fail("No matching signature for operator IN: its values have no type in common", at);
    }
    const [first, ...rest] = unified.values.map(({ sql }) => sql);
    return typed(`(${first} ${word} (${rest.join(", ")}))`, BOOLEAN);
  }
  if (list.kind === "array") {
    const array = inner.compile(list.array);
    if (array.type.kind !== "ARRAY" && array.type.kind !== "UNKNOWN") throw inner.fail("IN UNNEST takes an array", at);
    const wanted = coerce(value, elementOf(array.type)) ?? value;
    return typed(`(${wanted.sql} ${word} (SELECT unnest(${array.sql})))`, BOOLEAN);
  }
  const query = inner.context.query(list.query, inner.context, inner.scope);
  if (query.columns.length !== 1) throw inner.fail("Subquery of type IN must have only one output column", at);
  const [column] = query.columns as readonly [OutputColumn];
  const found = typed(quoted(column.emitted), column.type);
  const { left, right } = common(inner, word, value, found, at);
  const values = right.sql === found.sql ? query.sql : `SELECT ${right.sql} FROM (${query.sql})`;
  return typed(`(${left.sql} ${word} (${values}))`, BOOLEAN);
}

export function isLike(inner: Inner, { operand, patterns, quantifier, not, at }: Of<"like">): Typed {
  const value = inner.compile(operand);
  if (value.type.kind !== "STRING" && value.type.kind !== "UNKNOWN") {
    throw inner.fail(`No matching signature for operator LIKE for argument types: ${sqlText(value.type)}, STRING`, at);
  }
  // A backslash escapes, as in DuckDB only where it is said.
  const all = patterns.map((pattern) => `${value.sql} LIKE ${inner.as(pattern, STRING).sql} ESCAPE '\\'`);
  const text = all.join(quantifier === "ANY" ? " OR " : " AND ");
  return typed(not ? `(NOT (${text}))` : `(${text})`, BOOLEAN);
}

export function caseOf(inner: Inner, { operand, branches, otherwise, at }: Of<"case">): Typed {
  const subject = operand && inner.compile(operand);
  const results = [
    ...branches.map(({ result }) => inner.compile(result)),
    ...(otherwise === undefined ? [] : [inner.compile(otherwise)]),
  ];
  const unified = unify(results);
  if (unified === undefined) {
    const found = results.map(({ type }) => sqlText(type)).join(", ");
    throw inner.fail(`No matching signature for operator CASE: its results have no type in common (${found})`, at);
  }
  const whens = branches.map(({ when }, n) => {
    const condition =
      subject === undefined
        ? inner.boolean(when, "WHEN")
        : comparison(pair(inner, "=", subject, inner.compile(when), when.at)).sql;
    return `WHEN ${condition} THEN ${(unified.values[n] as Typed).sql}`;
  });
  const last = otherwise === undefined ? "" : ` ELSE ${(unified.values.at(-1) as Typed).sql}`;
  return typed(`CASE ${whens.join(" ")}${last} END`, unified.type);
}

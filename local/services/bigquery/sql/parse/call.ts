import type { Call, Expression, FrameBound, Ordering, WindowSpec } from "../ast";
import type { Cursor, Identifier } from "../cursor";

/** What a call needs of expressions. */
interface Inner {
  expression(): Expression;
}

/** name(arguments) OVER (...) */
export function parseArguments(inner: Inner, cursor: Cursor): Call {
  const { at } = cursor;
  const words = [cursor.anyWord().name.toUpperCase()];
  while (cursor.take(".")) words.push(cursor.anyWord().name.toUpperCase());
  const safe = words[0] === "SAFE" && words.length > 1;
  const name = (safe ? words.slice(1) : words).join(".");
  const call = cursor.enclosed(() => within(inner, cursor, name));
  return { ...call, kind: "call", at, name, safe, over: cursor.take("OVER") ? parseWindow(inner, cursor) : undefined };
}

type Within = Pick<Call, "arguments" | "named" | "star" | "distinct" | "nulls" | "having" | "orderBy" | "limit">;

function within(inner: Inner, cursor: Cursor, name: string): Within {
  const none = { arguments: [], named: [], star: false, distinct: false, orderBy: [] };
  if (cursor.is(")")) return none;
  if (cursor.is("*", ")")) {
    cursor.advance();
    return { ...none, star: true };
  }
  if (["SELECT", "WITH"].some((word) => cursor.is(word))) {
    throw cursor.fail(`Syntax error: a query as the argument of ${name} needs brackets of its own`);
  }
  const distinct = cursor.take("DISTINCT");
  const named: { name: string; value: Expression }[] = [];
  const values: Expression[] = [];
  cursor.list(() => {
    if (cursor.isName() && cursor.peek(1).text === "=>") {
      const argument = cursor.identifier().name.toLowerCase();
      cursor.expect("=>");
      named.push({ name: argument, value: inner.expression() });
    } else values.push(inner.expression());
  });
  const nulls = cursor.take("IGNORE", "NULLS") ? "IGNORE" : cursor.take("RESPECT", "NULLS") ? "RESPECT" : undefined;
  const having = parseHaving(inner, cursor);
  const orderBy = cursor.take("ORDER", "BY") ? cursor.list(() => parseOrdering(inner, cursor)) : [];
  const limit = cursor.take("LIMIT") ? inner.expression() : undefined;
  return { arguments: values, named, star: false, distinct, nulls, having, orderBy, limit };
}

function parseHaving(inner: Inner, cursor: Cursor): Call["having"] {
  if (cursor.take("HAVING", "MAX")) return { most: "MAX", by: inner.expression() };
  if (cursor.take("HAVING", "MIN")) return { most: "MIN", by: inner.expression() };
  return undefined;
}

export function parseOrdering(inner: Inner, cursor: Cursor): Ordering {
  const by = inner.expression();
  const descending = cursor.take("DESC");
  if (!descending) cursor.take("ASC");
  if (cursor.take("NULLS", "FIRST")) return { by, descending, nulls: "FIRST" };
  if (cursor.take("NULLS", "LAST")) return { by, descending, nulls: "LAST" };
  return { by, descending };
}

/** After OVER or the name of a window. */
export function parseWindow(inner: Inner, cursor: Cursor): WindowSpec | Identifier {
  if (!cursor.is("(")) return cursor.identifier();
  return cursor.enclosed((): WindowSpec => {
    const base = cursor.isName() && !cursor.is("PARTITION") ? cursor.identifier() : undefined;
    const partitionBy = cursor.take("PARTITION", "BY") ? cursor.list(() => inner.expression()) : [];
    const orderBy = cursor.take("ORDER", "BY") ? cursor.list(() => parseOrdering(inner, cursor)) : [];
    const unit = cursor.take("ROWS") ? "ROWS" : cursor.take("RANGE") ? "RANGE" : undefined;
    if (unit === undefined) return { base, partitionBy, orderBy };
    if (!cursor.take("BETWEEN")) return { base, partitionBy, orderBy, frame: { unit, from: bound(inner, cursor) } };
    const from = bound(inner, cursor);
    cursor.expect("AND");
    return { base, partitionBy, orderBy, frame: { unit, from, to: bound(inner, cursor) } };
  });
}

function bound(inner: Inner, cursor: Cursor): FrameBound {
  for (const words of ["UNBOUNDED PRECEDING", "UNBOUNDED FOLLOWING", "CURRENT ROW"] as const) {
    if (cursor.take(...words.split(" "))) return { kind: "words", words };
  }
  const offset = inner.expression();
  if (cursor.take("PRECEDING")) return { kind: "offset", offset, direction: "PRECEDING" };
  cursor.expect("FOLLOWING");
  return { kind: "offset", offset, direction: "FOLLOWING" };
}

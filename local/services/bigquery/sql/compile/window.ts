/** OVER (...). @see https://cloud.google.com/bigquery/docs/reference/standard-sql/window-function-calls */
import type { Expression, FrameBound, Ordering, WindowSpec } from "../ast";
import type { Identifier } from "../cursor";

/** What a window needs of the compiler. */
interface Inner {
  sql(expression: Expression): string;
  ordering(ordering: Ordering): string;
  fail(message: string, at: number): Error;
}

/** @param windows of the query's WINDOW clause, by name in small letters: each is written out where it is used */
export function windowSql(
  inner: Inner,
  over: WindowSpec | Identifier,
  windows: ReadonlyMap<string, WindowSpec>,
): string {
  const { partitionBy, orderBy, frame } = resolved(inner, over, windows);
  const parts: string[] = [];
  if (partitionBy.length > 0) parts.push(`PARTITION BY ${partitionBy.map((one) => inner.sql(one)).join(", ")}`);
  if (orderBy.length > 0) parts.push(`ORDER BY ${orderBy.map((one) => inner.ordering(one)).join(", ")}`);
  if (frame !== undefined) {
    const from = bound(inner, frame.from);
    parts.push(`${frame.unit} ${frame.to === undefined ? from : `BETWEEN ${from} AND ${bound(inner, frame.to)}`}`);
  }
  return parts.join(" ");
}

const bound = (inner: Inner, one: FrameBound): string =>
  one.kind === "words" ? one.words : `${inner.sql(one.offset)} ${one.direction}`;

function resolved(inner: Inner, over: WindowSpec | Identifier, windows: ReadonlyMap<string, WindowSpec>): WindowSpec {
  if ("name" in over) {
    const found = windows.get(over.name.toLowerCase());
    if (found === undefined) throw inner.fail(`Unrecognized window alias ${over.name}`, over.at);
    return resolved(inner, found, windows);
  }
  if (over.base === undefined) return over;
  const base = resolved(inner, over.base, windows);
  return {
    partitionBy: over.partitionBy.length === 0 ? base.partitionBy : over.partitionBy,
    orderBy: over.orderBy.length === 0 ? base.orderBy : over.orderBy,
    frame: over.frame ?? base.frame,
  };
}

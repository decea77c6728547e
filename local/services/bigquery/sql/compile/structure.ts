/** What is made of other values: records, arrays, JSON; and how their parts are reached. */
import { quotedText } from "../../schema/duckdb-type";
import type { Expression } from "../ast";
import { coerce, unify } from "../coerce";
import type { Identifier } from "../cursor";
import { raise, typed, type Typed } from "../typed";
import { arrayOf, duckdbText, elementOf, INTEGER, record, sqlText } from "../types";
import { notTranslatedAt } from "./context";
import type { Inner } from "./inner";
import { quotedKey } from "./scope";

type Of<Kind extends Expression["kind"]> = Expression & { readonly kind: Kind };

export function field(inner: Inner, value: Typed, { name, at }: Identifier): Typed {
  const { type } = value;
  if (type.kind === "JSON") {
    return typed(`json_extract(${value.sql}, ${quotedText(`$.${JSON.stringify(name)}`)})`, type);
  }
  if (type.kind === "RECORD") {
    const found = type.fields.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return typed(`struct_extract(${value.sql}, ${quotedKey(found.name)})`, found.type);
    throw inner.fail(`Field name ${name} does not exist in ${sqlText(type)}`, at);
  }
  throw inner.fail(`Cannot access field ${name} on a value with type ${sqlText(type)}`, at);
}

export function subscript(inner: Inner, { of, by, index, at }: Of<"subscript">): Typed {
  const value = inner.compile(of);
  const { type } = value;
  if (type.kind === "JSON") {
    const key = inner.compile(index);
    if (key.text !== undefined) return field(inner, value, { name: key.text, at });
    return typed(`json_extract(${value.sql}, '$[' || ${inner.as(index, INTEGER).sql} || ']')`, type);
  }
  if (type.kind !== "ARRAY") {
    throw inner.fail(`Element access using [] is not supported on values of type ${sqlText(type)}`, at);
  }
  const place = inner.as(index, INTEGER).sql;
  const from1 = by === "ORDINAL" || by === "SAFE_ORDINAL" ? place : `${place} + 1`;
  // From 1: DuckDB counts negative places from the end, where BigQuery knows none.
  const inside = `${from1} BETWEEN 1 AND len(${value.sql})`;
  const outside = raise(`'Array index ' || ${place} || ' is out of bounds'`, "BIGINT");
  const where = by.startsWith("SAFE")
    ? `CASE WHEN ${inside} THEN ${from1} END`
    : `CASE WHEN ${value.sql} IS NULL OR ${inside} THEN ${from1} ELSE ${outside} END`;
  return typed(`list_extract(${value.sql}, ${where})`, type.element);
}

export function array(inner: Inner, { elements, type, at }: Of<"array">): Typed {
  const values = elements.map((element) => inner.compile(element));
  const wanted = type === undefined ? undefined : elementOf(type);
  const unified = wanted === undefined ? unify(values) : undefined;
  const list: readonly (Typed | undefined)[] | undefined =
    wanted === undefined ? unified?.values : values.map((value) => coerce(value, wanted));
  const element = wanted ?? unified?.type;
  if (list === undefined || list.includes(undefined) || element === undefined) {
    throw inner.fail("Array elements of types that have nothing in common do not have a common supertype", at);
  }
  if (element.kind === "ARRAY") {
    throw inner.fail("Cannot construct array with element type ARRAY because nested arrays are not supported", at);
  }
  const sql = `[${list.map((one) => one?.sql ?? "NULL").join(", ")}]`;
  const text = duckdbText(element);
  return typed(text === undefined ? sql : `CAST(${sql} AS ${text}[])`, arrayOf(element));
}

export function struct(inner: Inner, { fields, type, at }: Of<"struct">): Typed {
  const wanted = type?.kind === "RECORD" ? type.fields : undefined;
  if (wanted !== undefined && wanted.length !== fields.length) {
    throw inner.fail(`STRUCT type has ${wanted.length} fields but constructor call has ${fields.length} fields`, at);
  }
  const made = fields.map(({ name, value }, n) => {
    const compiled = inner.compile(value);
    const field = wanted?.[n];
    const inferred = value.kind === "path" ? value.parts.at(-1)?.name : undefined;
    const fitted = field === undefined ? compiled : coerce(compiled, field.type);
    if (fitted === undefined) {
      throw inner.fail(`Struct field ${n + 1} has type ${sqlText(compiled.type)} which does not coerce`, value.at);
    }
    return { name: field?.name ?? name?.name ?? inferred ?? `_field_${n + 1}`, value: fitted };
  });
  const names = new Set(made.map(({ name }) => name.toLowerCase()));
  if (names.size < made.length) throw notTranslatedAt(inner.context, "A STRUCT with two fields of one name", at);
  const list = made.map(({ name, value }) => `${quotedKey(name)}: ${value.sql}`).join(", ");
  return typed(`{${list}}`, record(made.map(({ name, value }) => ({ name, type: value.type }))));
}

/** What becomes another type without a cast. @see https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#coercion */
import { normalDate, normalDatetime, normalTime } from "../../../../pipeline/schema/calendar";
import { normalDecimal } from "../../../../pipeline/schema/decimal";
import { parseTimestamp, timestampOf } from "../../../../pipeline/schema/timestamp";
import { quotedText } from "../schema/duckdb-type";
import { typed, type Typed } from "./typed";
import { commonType, duckdbText, NUMERIC, UNKNOWN, type SqlField, type SqlType } from "./types";

const times: readonly SqlType["kind"][] = ["DATE", "DATETIME", "TIME", "TIMESTAMP"];

/** The value as a type, or undefined where it does not become it by itself. */
export function coerce(value: Typed, to: SqlType): Typed | undefined {
  const from = value.type;
  if (to.kind === "UNKNOWN" || sameType(from, to)) return value;
  if (from.kind === "UNKNOWN") return cast(value, to);
  if (from.kind === "ARRAY" && to.kind === "ARRAY" && to.element.kind === "RECORD") {
    return coerceRecords(value.sql, from.element, to);
  }
  if (from.kind === "RECORD" && to.kind === "RECORD") return coerceRecord(value.sql, from.fields, to);
  if (from.kind === "FLOAT" && to.kind === "NUMERIC") {
    return value.text === undefined ? undefined : numericLiteral(value.text);
  }
  if (value.text !== undefined && from.kind === "STRING" && times.includes(to.kind)) return timeLiteral(value.text, to);
  if (value.adapts === true && from.kind === "STRING" && times.includes(to.kind)) return cast(value, to);
  const common = commonType(from, to);
  return common !== undefined && sameType(common, to) ? cast(value, to) : undefined;
}

/** Element by element; the parameter's name tells the levels of arrays within arrays apart. */
function coerceRecords(sql: string, from: SqlType, to: SqlType & { kind: "ARRAY" }): Typed | undefined {
  const element = `element_${sql.length}`;
  const fitted = coerce(typed(element, from), to.element);
  return fitted && typed(`list_transform(${sql}, lambda ${element}: ${fitted.sql})`, to);
}

/** Field by field, by their places: the names are those of the wanted type. */
function coerceRecord(sql: string, from: readonly SqlField[], to: SqlType & { kind: "RECORD" }): Typed | undefined {
  if (from.length !== to.fields.length) return undefined;
  const fields: string[] = [];
  for (const [at, field] of to.fields.entries()) {
    const source = from[at] as SqlField;
    const fitted = coerce(typed(`struct_extract(${sql}, ${quotedText(source.name)})`, source.type), field.type);
    if (fitted === undefined) return undefined;
    fields.push(`${quotedText(field.name)}: ${fitted.sql}`);
  }
  return typed(`CASE WHEN ${sql} IS NULL THEN NULL ELSE {${fields.join(", ")}} END`, to);
}

/** The digits of 0.1 as they are written, and not those of the nearest FLOAT64. */
function numericLiteral(text: string): Typed | undefined {
  const decimal = normalDecimal(text.replace(/^\./, "0.").replace(/\.(?=$|e)/i, ""));
  return decimal === undefined ? undefined : typed(`CAST('${decimal}' AS DECIMAL(38,9))`, NUMERIC);
}

function cast({ sql }: Typed, to: SqlType): Typed {
  const text = duckdbText(to);
  return typed(text === undefined ? sql : `CAST(${sql} AS ${text})`, to);
}

export function sameType(a: SqlType, b: SqlType): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "ARRAY" && b.kind === "ARRAY") return sameType(a.element, b.element);
  if (a.kind !== "RECORD" || b.kind !== "RECORD") return true;
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, at) => {
      const other = b.fields[at];
      return other !== undefined && field.name === other.name && sameType(field.type, other.type);
    })
  );
}

/** All of them as the type they have in common, or undefined where there is none. */
export function unify(
  values: readonly Typed[],
): { readonly values: readonly Typed[]; readonly type: SqlType } | undefined {
  // Text that is a literal or a parameter becomes a time where the others are times.
  const others = commonOf(values.filter(({ type, adapts }) => !(adapts === true && type.kind === "STRING")));
  const type = others !== undefined && times.includes(others.kind) ? others : commonOf(values);
  if (type === undefined) return undefined;
  const coerced = values.map((value) => coerce(value, type));
  return coerced.includes(undefined) ? undefined : { values: coerced as readonly Typed[], type };
}

const commonOf = (values: readonly Typed[]): SqlType | undefined =>
  values.map(({ type }) => type).reduce<SqlType | undefined>((a, b) => a && commonType(a, b), UNKNOWN);

/** DATE '...' of a text; undefined where it is none. */
export function timeLiteral(text: string, type: SqlType): Typed | undefined {
  switch (type.kind) {
    case "DATE": {
      const date = normalDate(padded(text));
      return date === undefined ? undefined : typed(`DATE ${quotedText(date)}`, type);
    }
    case "TIME": {
      const time = normalTime(text);
      return time === undefined ? undefined : typed(`TIME ${quotedText(time)}`, type);
    }
    case "DATETIME": {
      const whole = padded(text);
      const datetime = normalDatetime(whole.length === 10 ? `${whole}T00:00:00` : whole);
      return datetime === undefined ? undefined : typed(`TIMESTAMP ${quotedText(datetime.replace("T", " "))}`, type);
    }
    case "TIMESTAMP":
      return timestampLiteral(padded(text));
    default:
      return undefined;
  }
}

function timestampLiteral(text: string): Typed | undefined {
  const type: SqlType = { kind: "TIMESTAMP" };
  // A zone by its name: the zone's rules are DuckDB's.
  const zoned = /^(.+?) ?([A-Z][A-Za-z_]+\/[A-Za-z_/+-]+)$/.exec(text);
  if (zoned !== null) {
    const local = timeLiteral(zoned[1] as string, { kind: "DATETIME" });
    return local && typed(`(${local.sql} AT TIME ZONE ${quotedText(zoned[2] as string)})`, type);
  }
  const zone = text.replace(
    / ?([+-]\d{1,2})$/,
    (_, hours: string) => `${hours[0]}${hours.slice(1).padStart(2, "0")}:00`,
  );
  const whole = text.length === 10 ? `${text}T00:00:00Z` : zone.replace(/ ([+-]\d\d:\d\d)$/, "$1");
  const instant = parseTimestamp(whole);
  if (instant === undefined) return undefined;
  const utc = timestampOf(instant.seconds, instant.micros).replace("T", " ").replace("Z", "+00");
  return typed(`TIMESTAMPTZ ${quotedText(utc)}`, type);
}

/** 2024-1-5 is 2024-01-05. */
const padded = (text: string): string =>
  text
    .trim()
    .replace(/^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/, (_, year: string, month: string, day: string) =>
      [year, month.padStart(2, "0"), day.padStart(2, "0")].join("-"),
    );

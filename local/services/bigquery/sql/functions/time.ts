/** @see https://cloud.google.com/bigquery/docs/reference/standard-sql/timestamp_functions and its neighbours for dates, datetimes and times */
import { quotedText } from "../../schema/duckdb-type";
import type { DatePart, Expression } from "../ast";
import { castTo } from "../cast";
import { coerce } from "../coerce";
import { typed, type Typed } from "../typed";
import { arrayOf, DATE, DATETIME, INTEGER, STRING, TIME, TIMESTAMP, duckdbText, type SqlType } from "../types";
import { boundaries, interval, microsOf, partArgument, truncated } from "./date-part";
import { form, noSignature, one, optional, type CallSite, type Special, type SqlFunction } from "./function";
import { formatSql, parseFormat } from "./time-format";

type TimeType = typeof DATE | typeof DATETIME | typeof TIME | typeof TIMESTAMP;

const clockParts = ["MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR"];
const dateParts = ["DAY", "WEEK", "ISOWEEK", "MONTH", "QUARTER", "YEAR", "ISOYEAR"];
const partsOf: { readonly [kind in TimeType["kind"]]: readonly string[] } = {
  DATE: dateParts,
  TIME: clockParts,
  DATETIME: [...clockParts, ...dateParts],
  TIMESTAMP: [...clockParts, ...dateParts],
};
/** Months have no fixed length, and a TIMESTAMP no place: only parts of fixed length are added to one. */
const addable = (type: TimeType): readonly string[] =>
  type.kind === "TIMESTAMP" ? [...clockParts, "DAY"] : partsOf[type.kind].filter((part) => !part.startsWith("ISO"));

function as(site: CallSite, argument: Expression | undefined, type: SqlType): Typed {
  const value = argument && site.expression(argument);
  const found = value && coerce(value, type);
  if (found === undefined) throw noSignature(site, value === undefined ? [] : [value]);
  return found;
}

/** DATE_ADD(value, INTERVAL n PART) */
const moved =
  (type: TimeType, sign: "+" | "-"): Special =>
  (site) => {
    const [value, by] = site.call.arguments;
    if (by?.kind !== "interval") {
      throw site.fail(`${site.call.name} takes INTERVAL n PART as its second argument`, by?.at);
    }
    if (!addable(type).includes(by.part.name)) {
      throw site.fail(`${site.call.name} does not support the ${by.part.name} date part`, by.part.at);
    }
    const count = as(site, by.value, INTEGER);
    const sum = `(${as(site, value, type).sql} ${sign} ${interval(count.sql, by.part)})`;
    return typed(type.kind === "DATE" || type.kind === "TIME" ? `CAST(${sum} AS ${type.kind})` : sum, type);
  };

/** TIMESTAMP_DIFF counts whole parts between two values; of the others, how often a part begins between them. */
const difference =
  (type: TimeType): Special =>
  (site) => {
    const [later, earlier, which] = site.call.arguments;
    const part = partArgument(site, which, partsOf[type.kind]);
    const [a, b] = [as(site, later, type).sql, as(site, earlier, type).sql];
    const micros = microsOf[part.name];
    if (type.kind === "TIMESTAMP" && micros !== undefined) {
      return typed(`((epoch_us(${a}) - epoch_us(${b})) // ${micros})`, INTEGER);
    }
    if (type.kind === "TIME" && micros !== undefined) {
      return typed(`date_diff('${part.name.toLowerCase()}', ${b}, ${a})`, INTEGER);
    }
    return typed(`CAST(${boundaries(a, b, part)} AS BIGINT)`, INTEGER);
  };

const truncation =
  (type: TimeType): Special =>
  (site) => {
    const [argument, which, zone] = site.call.arguments;
    const value = as(site, argument, type).sql;
    const part: DatePart = which === undefined ? { name: "DAY", at: 0 } : partArgument(site, which, partsOf[type.kind]);
    if (type.kind === "TIME") return typed(`CAST(${truncated(`(DATE '1970-01-01' + ${value})`, part)} AS TIME)`, TIME);
    if (type.kind === "DATE") return typed(`CAST(${truncated(value, part)} AS DATE)`, DATE);
    if (zone === undefined) return typed(truncated(value, part), type);
    const place = as(site, zone, STRING).sql;
    return typed(`(${truncated(`(${value} AT TIME ZONE ${place})`, part)} AT TIME ZONE ${place})`, type);
  };

/** The value as DuckDB's TIMESTAMP, in a zone. */
function local(value: Typed, zone: string | undefined): string {
  if (value.type.kind === "TIME") return `(DATE '1970-01-01' + ${value.sql})`;
  if (value.type.kind === "TIMESTAMP") return `(${value.sql} AT TIME ZONE ${zone ?? "'UTC'"})`;
  return `CAST(${value.sql} AS TIMESTAMP)`;
}

const formatting =
  (type: TimeType): Special =>
  (site) => {
    const [pattern, argument, zone] = site.call.arguments;
    const format = as(site, pattern, STRING);
    if (format.text === undefined) throw site.notTranslated(`${site.call.name} with a format that is not a literal`);
    const place = zone === undefined ? undefined : as(site, zone, STRING);
    const value = as(site, argument, type);
    const made = formatSql(format.text, local(value, place?.sql), place === undefined ? "UTC" : (place.text ?? "?"));
    if ("unknown" in made) throw site.notTranslated(`Format element ${made.unknown}`);
    return typed(`CASE WHEN ${value.sql} IS NOT NULL THEN ${made.sql} END`, STRING);
  };

const parsing =
  (type: TimeType): Special =>
  (site) => {
    const [pattern, argument, zone] = site.call.arguments;
    const format = as(site, pattern, STRING);
    if (format.text === undefined) throw site.notTranslated(`${site.call.name} with a format that is not a literal`);
    const made = parseFormat(format.text);
    if ("unknown" in made) throw site.notTranslated(`Format element ${made.unknown}`);
    const parsed = `strptime(${as(site, argument, STRING).sql}, ${quotedText(made.format)})`;
    if (type.kind !== "TIMESTAMP") return typed(`CAST(${parsed} AS ${duckdbText(type)})`, type);
    // A zone in the text: strptime gives a TIMESTAMPTZ then.
    if (/%z|%Z/.test(made.format)) return typed(`CAST(${parsed} AS TIMESTAMPTZ)`, type);
    const place = zone === undefined ? "'UTC'" : as(site, zone, STRING).sql;
    return typed(`(${parsed} AT TIME ZONE ${place})`, type);
  };

/** Of the query's own now. */
const current =
  (type: TimeType): Special =>
  (site) => {
    const now = `TIMESTAMPTZ ${quotedText(new Date(site.now).toISOString().replace("T", " ").replace("Z", "+00"))}`;
    const [zone] = site.call.arguments;
    if (type.kind === "TIMESTAMP") return typed(now, type);
    const at = `(${now} AT TIME ZONE ${zone === undefined ? "'UTC'" : as(site, zone, STRING).sql})`;
    return typed(type.kind === "DATETIME" ? at : `CAST(${at} AS ${type.kind})`, type);
  };

const inZone = (value: string, zone: string): string => `(${value} AT TIME ZONE ${zone})`;

/** 1970 and so many units. */
const since1970 = (micros: number): SqlFunction =>
  one([INTEGER], TIMESTAMP, (count) => `make_timestamptz(${count}${micros === 1 ? "" : ` * ${micros}`})`);
const until1970 = (micros: number): SqlFunction =>
  one([TIMESTAMP], INTEGER, (time) =>
    micros === 1 ? `epoch_us(${time})` : `CAST(floor(epoch_us(${time}) / ${micros}) AS BIGINT)`,
  );

/** GENERATE_DATE_ARRAY(from, to, INTERVAL n PART) */
const generated =
  (type: typeof DATE | typeof TIMESTAMP): Special =>
  (site) => {
    const [from, to, by] = site.call.arguments;
    if (by !== undefined && by.kind !== "interval") {
      throw site.fail(`${site.call.name} takes INTERVAL n PART as its third argument`, by.at);
    }
    const step = by === undefined ? "INTERVAL 1 DAY" : interval(as(site, by.value, INTEGER).sql, by.part);
    const list = `generate_series(${as(site, from, type).sql}, ${as(site, to, type).sql}, ${step})`;
    return typed(type.kind === "DATE" ? `CAST(${list} AS DATE[])` : list, arrayOf(type));
  };

const lastDay: Special = (site) => {
  const [argument, which] = site.call.arguments;
  const value = argument && site.expression(argument);
  const date = value && castTo(value, DATE, false);
  if (date === undefined) throw noSignature(site, value === undefined ? [] : [value]);
  const part: DatePart = which === undefined ? { name: "MONTH", at: 0 } : partArgument(site, which, dateParts);
  const names: { readonly [part: string]: string } = { MONTH: "MONTH", QUARTER: "QUARTER", YEAR: "YEAR" };
  const length = names[part.name] === undefined ? "INTERVAL 7 DAY" : interval("1", part);
  if (part.name === "ISOYEAR") throw site.notTranslated("LAST_DAY of ISOYEAR");
  return typed(`CAST(${truncated(date.sql, part)} + ${length} - INTERVAL 1 DAY AS DATE)`, DATE);
};

export const timeFunctions: { readonly [name: string]: SqlFunction } = {
  CURRENT_DATE: current(DATE),
  CURRENT_DATETIME: current(DATETIME),
  CURRENT_TIME: current(TIME),
  CURRENT_TIMESTAMP: current(TIMESTAMP),
  DATE: [
    form([INTEGER, INTEGER, INTEGER], DATE, (year, month, day) => `make_date(${year}, ${month}, ${day})`),
    form([TIMESTAMP, optional(STRING)], DATE, (time, zone = "'UTC'") => `CAST(${inZone(time, zone)} AS DATE)`),
    form([DATETIME], DATE, (datetime) => `CAST(${datetime} AS DATE)`),
    form([DATE], DATE, (date = "") => date),
  ],
  DATE_ADD: moved(DATE, "+"),
  DATE_DIFF: difference(DATE),
  DATE_FROM_UNIX_DATE: one([INTEGER], DATE, (days) => `CAST(DATE '1970-01-01' + CAST(${days} AS INTEGER) AS DATE)`),
  DATE_SUB: moved(DATE, "-"),
  DATE_TRUNC: truncation(DATE),
  DATETIME: [
    form(
      [INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER],
      DATETIME,
      (...parts) => `make_timestamp(${parts.join(", ")})`,
    ),
    form([DATE, TIME], DATETIME, (date, time) => `(${date} + ${time})`),
    form([TIMESTAMP, optional(STRING)], DATETIME, (time, zone = "'UTC'") => inZone(time, zone)),
    form([DATE], DATETIME, (date) => `CAST(${date} AS TIMESTAMP)`),
    form([DATETIME], DATETIME, (datetime = "") => datetime),
    form([STRING], DATETIME, (text) => `CAST(${text} AS TIMESTAMP)`),
  ],
  DATETIME_ADD: moved(DATETIME, "+"),
  DATETIME_DIFF: difference(DATETIME),
  DATETIME_SUB: moved(DATETIME, "-"),
  DATETIME_TRUNC: truncation(DATETIME),
  FORMAT_DATE: formatting(DATE),
  FORMAT_DATETIME: formatting(DATETIME),
  FORMAT_TIME: formatting(TIME),
  FORMAT_TIMESTAMP: formatting(TIMESTAMP),
  GENERATE_DATE_ARRAY: generated(DATE),
  GENERATE_TIMESTAMP_ARRAY: generated(TIMESTAMP),
  LAST_DAY: lastDay,
  PARSE_DATE: parsing(DATE),
  PARSE_DATETIME: parsing(DATETIME),
  PARSE_TIME: parsing(TIME),
  PARSE_TIMESTAMP: parsing(TIMESTAMP),
  TIME: [
    form([INTEGER, INTEGER, INTEGER], TIME, (hour, minute, second) => `make_time(${hour}, ${minute}, ${second})`),
    form([TIMESTAMP, optional(STRING)], TIME, (time, zone = "'UTC'") => `CAST(${inZone(time, zone)} AS TIME)`),
    form([DATETIME], TIME, (datetime) => `CAST(${datetime} AS TIME)`),
  ],
  TIME_ADD: moved(TIME, "+"),
  TIME_DIFF: difference(TIME),
  TIME_SUB: moved(TIME, "-"),
  TIME_TRUNC: truncation(TIME),
  TIMESTAMP: [
    form([TIMESTAMP], TIMESTAMP, (time = "") => time),
    form([STRING, optional(STRING)], TIMESTAMP, (text, zone) =>
      zone === undefined ? `CAST(${text} AS TIMESTAMPTZ)` : inZone(`CAST(${text} AS TIMESTAMP)`, zone),
    ),
    form([DATE, optional(STRING)], TIMESTAMP, (date, zone = "'UTC'") => inZone(`CAST(${date} AS TIMESTAMP)`, zone)),
    form([DATETIME, optional(STRING)], TIMESTAMP, (datetime, zone = "'UTC'") => inZone(datetime, zone)),
  ],
  TIMESTAMP_ADD: moved(TIMESTAMP, "+"),
  TIMESTAMP_DIFF: difference(TIMESTAMP),
  TIMESTAMP_MICROS: since1970(1),
  TIMESTAMP_MILLIS: since1970(1_000),
  TIMESTAMP_SECONDS: since1970(1_000_000),
  TIMESTAMP_SUB: moved(TIMESTAMP, "-"),
  TIMESTAMP_TRUNC: truncation(TIMESTAMP),
  UNIX_DATE: one([DATE], INTEGER, (date) => `date_diff('day', DATE '1970-01-01', ${date})`),
  UNIX_MICROS: until1970(1),
  UNIX_MILLIS: until1970(1_000),
  UNIX_SECONDS: until1970(1_000_000),
};

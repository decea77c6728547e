/** Parts of dates and times, and what they are in DuckDB. */
import type { DatePart, Expression } from "../ast";
import type { CallSite } from "./function";

export const microsOf: { readonly [part: string]: number } = {
  MICROSECOND: 1,
  MILLISECOND: 1_000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
  DAY: 86_400_000_000,
};

const weekdays = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];
const known = [...Object.keys(microsOf), "WEEK", "ISOWEEK", "MONTH", "QUARTER", "YEAR", "ISOYEAR"];

/** An argument that is a part: DAY, WEEK(MONDAY). @throws SqlError */
export function partArgument(
  site: CallSite,
  argument: Expression | undefined,
  allowed: readonly string[] = known,
): DatePart {
  const part = argument && asPart(argument);
  if (argument === undefined || part === undefined || !allowed.includes(part.name)) {
    const given = part === undefined ? "" : ` ${part.name}`;
    throw site.fail(`${site.call.name} does not support the${given} date part`, argument?.at);
  }
  return part;
}

function asPart(argument: Expression): DatePart | undefined {
  const { at } = argument;
  if (argument.kind === "path" && argument.parts.length === 1) {
    return { name: (argument.parts[0]?.name ?? "").toUpperCase(), at };
  }
  if (argument.kind !== "call" || argument.name !== "WEEK") return undefined;
  const [day] = argument.arguments;
  const weekday = day?.kind === "path" ? (day.parts[0]?.name ?? "").toUpperCase() : "";
  return weekdays.includes(weekday) ? { name: "WEEK", weekday, at } : undefined;
}

/** Days that a week starts after Monday: of WEEK, which starts on Sunday, 6. */
function weekOffset({ name, weekday }: DatePart): number {
  if (name === "ISOWEEK") return 0;
  return (weekdays.indexOf(weekday ?? "SUNDAY") + 6) % 7;
}

/** date_trunc, with the weeks of BigQuery. @param value a DATE, TIMESTAMP or TIMESTAMPTZ of DuckDB */
export function truncated(value: string, part: DatePart): string {
  if (part.name === "WEEK" || part.name === "ISOWEEK") {
    const days = weekOffset(part);
    if (days === 0) return `date_trunc('week', ${value})`;
    return `(date_trunc('week', ${value} - INTERVAL ${days} DAY) + INTERVAL ${days} DAY)`;
  }
  if (part.name === "ISOYEAR") return `date_trunc('isoyear', ${value})`;
  return `date_trunc('${part.name.toLowerCase()}', ${value})`;
}

/** How often a part begins between two values: what DATE_DIFF counts. */
export function boundaries(later: string, earlier: string, part: DatePart): string {
  if (part.name === "WEEK" || part.name === "ISOWEEK") {
    return `date_diff('day', CAST(${truncated(earlier, part)} AS DATE), CAST(${truncated(later, part)} AS DATE)) // 7`;
  }
  if (part.name === "ISOYEAR") return `(isoyear(${later}) - isoyear(${earlier}))`;
  return `date_diff('${part.name.toLowerCase()}', ${earlier}, ${later})`;
}

/** EXTRACT. @param value a DATE, TIME or TIMESTAMP of DuckDB; undefined for a part that there is not */
export function extracted(value: string, part: DatePart): string | undefined {
  switch (part.name) {
    case "MICROSECOND":
      return `(microsecond(${value}) % 1000000)`;
    case "MILLISECOND":
      return `(millisecond(${value}) % 1000)`;
    case "SECOND":
    case "MINUTE":
    case "HOUR":
    case "DAY":
    case "MONTH":
    case "QUARTER":
    case "YEAR":
    case "ISOYEAR":
      return `${part.name.toLowerCase()}(${value})`;
    case "DAYOFWEEK":
      // Sunday is 1.
      return `(dayofweek(${value}) + 1)`;
    case "DAYOFYEAR":
      return `dayofyear(${value})`;
    case "ISOWEEK":
      return `weekofyear(${value})`;
    case "WEEK": {
      // Days before the year's first such weekday are week 0.
      const days = weekOffset(part);
      return `((dayofyear(${value}) + 6 - (isodow(${value}) + ${6 - days}) % 7) // 7)`;
    }
    default:
      return undefined;
  }
}

/** n parts as an INTERVAL. @param count SQL of an INTEGER */
export function interval(count: string, part: DatePart): string {
  const units: { readonly [part: string]: string } = {
    MICROSECOND: "to_microseconds",
    MILLISECOND: "to_milliseconds",
    SECOND: "to_seconds",
    MINUTE: "to_minutes",
    HOUR: "to_hours",
    DAY: "to_days",
    WEEK: "to_weeks",
    MONTH: "to_months",
    QUARTER: "to_quarters",
    YEAR: "to_years",
  };
  const unit = units[part.name] ?? "to_days";
  const wide = ["MICROSECOND", "SECOND", "MINUTE", "HOUR", "MILLISECOND"].includes(part.name);
  return `${unit}(${wide ? count : `CAST(${count} AS INTEGER)`})`;
}

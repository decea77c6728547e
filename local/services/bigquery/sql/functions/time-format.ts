/**
 * Format strings of FORMAT_TIMESTAMP and PARSE_TIMESTAMP as SQL. DuckDB's strftime knows most of the elements; the
 * others are put together.
 * @see https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_elements_date_time
 */
import { quotedText } from "../../schema/duckdb-type";

/** The same element in DuckDB, or several that make it. */
const same: { readonly [element: string]: string } = {
  "%A": "%A",
  "%a": "%a",
  "%B": "%B",
  "%b": "%b",
  "%h": "%b",
  "%c": "%a %b %-d %H:%M:%S %Y",
  "%D": "%m/%d/%y",
  "%d": "%d",
  "%F": "%Y-%m-%d",
  "%G": "%G",
  "%g": "%g",
  "%H": "%H",
  "%I": "%I",
  "%j": "%j",
  "%M": "%M",
  "%m": "%m",
  "%n": "\n",
  "%p": "%p",
  "%R": "%H:%M",
  "%r": "%I:%M:%S %p",
  "%S": "%S",
  "%T": "%H:%M:%S",
  "%t": "\t",
  "%U": "%U",
  "%u": "%u",
  "%V": "%V",
  "%W": "%W",
  "%w": "%w",
  "%X": "%H:%M:%S",
  "%x": "%m/%d/%y",
  "%Y": "%Y",
  "%y": "%y",
  "%E4Y": "%Y",
  "%%": "%%",
};

/** Of a DuckDB TIMESTAMP `t`, and of its zone where it has one. */
const built: { readonly [element: string]: (t: string) => string } = {
  "%C": (t) => `lpad(CAST(year(${t}) // 100 AS VARCHAR), 2, '0')`,
  "%e": (t) => `lpad(strftime(${t}, '%-d'), 2, ' ')`,
  "%k": (t) => `lpad(strftime(${t}, '%-H'), 2, ' ')`,
  "%l": (t) => `lpad(strftime(${t}, '%-I'), 2, ' ')`,
  "%P": (t) => `lower(strftime(${t}, '%p'))`,
  "%Q": (t) => `CAST(quarter(${t}) AS VARCHAR)`,
  "%s": (t) => `CAST(epoch_us(${t}) // 1000000 AS VARCHAR)`,
  "%E*S": (t) => `(strftime(${t}, '%S') || ${fraction(t)})`,
};

/** ".123", as many digits as there are, and no point without one. */
export const fraction = (t: string): string => `rtrim(rtrim(strftime(${t}, '.%f'), '0'), '.')`;

const elements = /%E\*S|%E\dS|%E4Y|%Ez|%.|[^%]+|%$/gs;

/**
 * @param timestamp a TIMESTAMP of DuckDB: local time
 * @param zone what %z and %Z show
 * @returns SQL of a text, or the element that there is none for.
 */
export function formatSql(
  format: string,
  timestamp: string,
  zone: string,
): { readonly sql: string } | { readonly unknown: string } {
  const pieces: string[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") {
      pieces.push(plain.includes("%") ? `strftime(${timestamp}, ${quotedText(plain)})` : quotedText(plain));
    }
    plain = "";
  };
  for (const [element] of format.matchAll(elements)) {
    const make = built[element];
    const digits = /^%E(\d)S$/.exec(element)?.[1];
    if (!element.startsWith("%")) plain += element;
    else if (same[element] !== undefined) plain += same[element];
    else {
      flush();
      if (make !== undefined) pieces.push(make(timestamp));
      else if (digits !== undefined)
        pieces.push(
          `(strftime(${timestamp}, '%S') || left(strftime(${timestamp}, '.%f'), ${Number(digits) === 0 ? 0 : Number(digits) + 1}))`,
        );
      else if (element === "%Z") pieces.push(quotedText(zone));
      else if (element === "%z" && zone === "UTC") pieces.push("'+0000'");
      else if (element === "%Ez" && zone === "UTC") pieces.push("'+00:00'");
      else return { unknown: element };
    }
  }
  flush();
  return { sql: pieces.length === 0 ? "''" : pieces.length === 1 ? (pieces[0] as string) : `(${pieces.join(" || ")})` };
}

/** For reading, DuckDB's own format; what it cannot read is named. */
export function parseFormat(format: string): { readonly format: string } | { readonly unknown: string } {
  let translated = "";
  for (const [element] of format.matchAll(elements)) {
    if (!element.startsWith("%")) translated += element;
    else if (element === "%E*S" || /^%E\dS$/.test(element)) translated += "%S.%f";
    else if (element === "%e") translated += "%-d";
    else if (element === "%k") translated += "%-H";
    else if (element === "%l") translated += "%-I";
    else if (element === "%z" || element === "%Ez") translated += "%z";
    else if (element === "%Z") translated += "%Z";
    else if (same[element] === undefined || ["%U", "%V", "%W", "%G", "%g", "%u", "%w"].includes(element))
      return { unknown: element };
    else translated += same[element];
  }
  return { format: translated };
}

import { CloudError } from "../../../errors";
import { SqlError } from "../sql/sql-error";

/** Sentences of DuckDB's and what BigQuery says of the same. */
const sentences: readonly (readonly [RegExp, string | ((found: RegExpExecArray) => string)])[] = [
  [/Malformed JSON at byte \d+ of input: (.*?)\./, ([, what]) => `Invalid input to PARSE_JSON: ${what}`],
  [/decimal\.divide: (.*) divides by zero/, ([, what]) => `division by zero: ${what}`],
  [/has more than 29 digits: it is no NUMERIC/, "numeric overflow"],
  [/Could not convert string '(.*)' to (?:INT64|BIGINT)/s, ([, text]) => `Bad int64 value: ${text}`],
  [/Could not convert string '(.*)' to DOUBLE/s, ([, text]) => `Bad double value: ${text}`],
  [/Could not convert string "(.*)" to DECIMAL/s, ([, text]) => `Invalid NUMERIC value: ${text}`],
  [
    /(?:invalid (?:date|timestamp|time) field format|Conversion Error: .*?): "(.*?)"/s,
    ([, text]) => `Invalid date or time: ${text}`,
  ],
  [
    /Could not parse string "(.*?)" according to format specifier "(.*?)"/s,
    ([, text]) => `Failed to parse input string ${JSON.stringify(text)}`,
  ],
  [
    /Overflow in (?:addition|subtraction|multiplication|negation) of INT64 \((.*?)\)/,
    ([, what]) => `int64 overflow: ${what}`,
  ],
  [/NOT NULL constraint failed: .*?\.?"?([^".]+)"?$/m, ([, column]) => `Required field ${column} cannot be null`],
  [
    /column "(.*?)" must appear in the GROUP BY clause/,
    ([, column]) => `SELECT list expression references column ${column} which is neither grouped nor aggregated`,
  ],
  [
    /WHERE clause cannot contain (aggregates|window functions)/i,
    ([, what]) => `${what === "aggregates" ? "Aggregate" : "Analytic"} function not allowed in WHERE clause`,
  ],
  [/More than one row returned by a subquery/, "Scalar subquery produced more than one element"],
  [/aggregate function calls cannot be nested/i, "Aggregations of aggregations are not allowed"],
];

/** What DuckDB refuses at run time, as BigQuery says it. What is not known keeps DuckDB's words. */
export function asSqlError(error: unknown): Error {
  if (error instanceof CloudError) return error;
  const message = error instanceof Error ? error.message : String(error);
  for (const [pattern, sentence] of sentences) {
    const found = pattern.exec(message);
    if (found !== null) return new SqlError(typeof sentence === "string" ? sentence : sentence(found));
  }
  // What error() was called with, and what a function of ours threw.
  const said = /^Invalid Input Error: (.*)$/s.exec(message)?.[1];
  if (said !== undefined) return new SqlError(said);
  if (/INTERRUPT/i.test(message)) return new CloudError("CANCELLED", "Job execution was cancelled");
  return new SqlError(message.split("\n\nLINE", 1)[0] as string);
}

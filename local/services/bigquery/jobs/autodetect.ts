import type { FieldType } from "../../../../pipeline/spec";
import { normalDate } from "../../../../pipeline/schema/calendar";
import { parseTimestamp } from "../../../../pipeline/schema/timestamp";
import type { Column } from "../schema/column";

/** The columns that rows of JSON seem to have. @param rows the first ones of a file */
export function detectColumns(rows: readonly { readonly [name: string]: unknown }[]): readonly Column[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return names.map((name) =>
    detect(
      name,
      rows.map((row) => row[name]).filter((value) => value !== null && value !== undefined),
    ),
  );
}

function detect(name: string, values: readonly unknown[]): Column {
  const repeated = values.some((value) => Array.isArray(value));
  const items = repeated ? values.flat() : values;
  const mode = repeated ? "REPEATED" : "NULLABLE";
  const records = items.filter(
    (item): item is { readonly [name: string]: unknown } => typeof item === "object" && item !== null,
  );
  if (records.length > 0) return { name, type: "RECORD", mode, fields: detectColumns(records) };
  return { name, type: scalar(items), mode };
}

function scalar(values: readonly unknown[]): FieldType {
  const texts = values.map(String);
  const all = (test: (text: string) => boolean): boolean => texts.length > 0 && texts.every(test);
  if (all((text) => /^(true|false)$/i.test(text))) return "BOOLEAN";
  if (all((text) => /^[+-]?\d{1,18}$/.test(text))) return "INTEGER";
  if (all((text) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))) return "FLOAT";
  if (all((text) => normalDate(text) !== undefined)) return "DATE";
  if (all((text) => text.length > 10 && parseTimestamp(text) !== undefined)) return "TIMESTAMP";
  return "STRING";
}

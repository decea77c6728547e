import { fieldSpecs, type Columns } from "../../pipeline/schema/field-spec";
import type { FieldSpec } from "../../pipeline/spec";

/**
 * GoogleSQL that reads an event's fields out of its JSON: a column for each, NULL where the JSON lacks the field or has
 * something else there. It never fails, whatever the JSON.
 * @param table project.dataset.table, with the JSON in the column `data`
 * @param beside columns of the table that are read as they are
 * @see https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions
 */
export function unpack(table: string, event: Columns, beside: readonly string[] = []): string {
  const fields = fieldSpecs(event);
  const names = new Set(fields.map(({ name }) => name));
  const columns = [
    ...beside.filter((name) => !names.has(name)),
    ...fields.map((field) => `${fieldOf("data", "$", field)} AS ${quoted(field.name)}`),
  ];
  return `SELECT\n  ${columns.join(",\n  ")}\nFROM ${quoted(table)}`;
}

/** A field may be called as a word of SQL's. */
const quoted = (name: string): string => `\`${name}\``;

/** The field of the JSON object that is at `path` in `json`. */
function fieldOf(json: string, path: string, field: FieldSpec): string {
  const at = `${path}.${field.name}`;
  return field.mode === "REPEATED" ? array(json, at, field) : value(json, at, field);
}

/** BigQuery gives out no array with a NULL in it: what does not fit is left out. */
function array(json: string, path: string, field: FieldSpec): string {
  const item = `item_${field.name}`;
  const items = `UNNEST(JSON_QUERY_ARRAY(${json}, '${path}')) AS ${item} WITH OFFSET AS position`;
  const element = value(item, "$", field);
  return `ARRAY(SELECT ${element} FROM ${items} WHERE ${element} IS NOT NULL ORDER BY position)`;
}

function value(json: string, path: string, field: FieldSpec): string {
  const text = `JSON_VALUE(${json}, '${path}')`;
  const as = (type: string): string => `SAFE_CAST(${text} AS ${type})`;
  switch (field.type) {
    case "STRING":
      return text;
    case "INTEGER":
      return as("INT64");
    case "FLOAT":
      return as("FLOAT64");
    case "NUMERIC":
      return as("NUMERIC");
    case "BOOLEAN":
      return as("BOOL");
    case "TIMESTAMP":
      return timestamp(text, field);
    case "DATE":
    case "DATETIME":
    case "TIME":
      return as(field.type);
    case "BYTES":
      return `SAFE.FROM_BASE64(${text})`;
    case "JSON":
      return `SAFE.PARSE_JSON(JSON_QUERY(${json}, '${path}'))`;
    case "RECORD":
      return record(json, path, field.fields ?? []);
  }
}

function timestamp(text: string, { encoding = "text" }: FieldSpec): string {
  // A fraction of a unit is kept, as the decoder keeps it.
  const micros = (unit: number): string =>
    `SAFE.TIMESTAMP_MICROS(SAFE_CAST(SAFE_MULTIPLY(SAFE_CAST(${text} AS NUMERIC), ${unit}) AS INT64))`;
  switch (encoding) {
    case "text":
      return `SAFE_CAST(${text} AS TIMESTAMP)`;
    case "epoch-seconds":
      return micros(1_000_000);
    case "epoch-millis":
      return micros(1_000);
    case "epoch-micros":
      return `SAFE.TIMESTAMP_MICROS(SAFE_CAST(${text} AS INT64))`;
  }
}

/** NULL and a record of NULLs are not the same. */
function record(json: string, path: string, fields: readonly FieldSpec[]): string {
  const parts = fields.map((field) => `${fieldOf(json, path, field)} AS ${quoted(field.name)}`);
  return `IF(JSON_QUERY(${json}, '${path}') IS NULL, NULL, STRUCT(${parts.join(", ")}))`;
}

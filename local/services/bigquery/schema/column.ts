/** The columns of a table, as BigQuery's API describes them. */
import type { FieldMode, FieldType } from "../../../../pipeline/spec";
import { CloudError } from "../../../errors";

export interface Column {
  readonly name: string;
  readonly type: FieldType;
  readonly mode: FieldMode;
  readonly description?: string;
  /** Of a RECORD. */
  readonly fields?: readonly Column[];
  /** Of a STRING in characters, of BYTES in bytes. */
  readonly maxLength?: number;
  /** Of a NUMERIC. */
  readonly precision?: number;
  readonly scale?: number;
  /** SQL, for rows that do not give the column. */
  readonly defaultValueExpression?: string;
}

const types: { readonly [written: string]: FieldType } = {
  STRING: "STRING",
  BYTES: "BYTES",
  INTEGER: "INTEGER",
  INT64: "INTEGER",
  FLOAT: "FLOAT",
  FLOAT64: "FLOAT",
  NUMERIC: "NUMERIC",
  DECIMAL: "NUMERIC",
  BOOLEAN: "BOOLEAN",
  BOOL: "BOOLEAN",
  TIMESTAMP: "TIMESTAMP",
  DATE: "DATE",
  TIME: "TIME",
  DATETIME: "DATETIME",
  JSON: "JSON",
  RECORD: "RECORD",
  STRUCT: "RECORD",
};
/** Types that BigQuery has and DuckDB cannot hold the same way. */
const notHere = ["BIGNUMERIC", "BIGDECIMAL", "GEOGRAPHY", "INTERVAL", "RANGE"];

/** @see https://cloud.google.com/bigquery/quotas#standard_tables */
const MOST_COLUMNS = 10_000;
const DEEPEST = 15;

/**
 * @param fields of a TableSchema, or of Terraform's `schema`
 * @throws CloudError INVALID_ARGUMENT that names the column, or UNIMPLEMENTED for a type that does not run here
 */
export function readColumns(fields: unknown, path = "", depth = 1): readonly Column[] {
  if (!Array.isArray(fields)) throw invalid(`${path === "" ? "The schema" : path} is not a list of fields`);
  if (fields.length > MOST_COLUMNS) {
    throw invalid(`The schema has ${fields.length} fields: BigQuery takes ${MOST_COLUMNS}`);
  }
  if (depth > DEEPEST) throw invalid(`${path} lies ${depth} records deep: BigQuery takes ${DEEPEST}`);
  const columns = fields.map((field) => readColumn(field, path, depth));
  const seen = new Set<string>();
  for (const { name } of columns) {
    const folded = name.toLowerCase();
    if (seen.has(folded)) throw invalid(`Field ${path}${name} already exists in schema`);
    seen.add(folded);
  }
  return columns;
}

function readColumn(field: unknown, path: string, depth: number): Column {
  if (typeof field !== "object" || field === null) throw invalid(`A field of ${path || "the schema"} is not an object`);
  const { name, type, mode, description, fields, maxLength, precision, scale, defaultValueExpression } = field as {
    readonly [name: string]: unknown;
  };
  if (typeof name !== "string" || !/^[\p{L}_][\p{L}\p{N}\p{M}_ -]{0,299}$/u.test(name)) {
    throw invalid(
      `Invalid field name ${JSON.stringify(name)}: a name begins with a letter or _ and has at most 300 letters, digits and _`,
    );
  }
  const where = `${path}${name}`;
  const written = String(typeof type === "string" ? type.toUpperCase() : type);
  const known = types[written];
  if (notHere.includes(written)) {
    throw new CloudError(
      "UNIMPLEMENTED",
      `Field ${where} is ${written}, which is not kept here: use NUMERIC, STRING or RECORD`,
    );
  }
  if (known === undefined) throw invalid(`Invalid value for type: ${written} is not a valid value (field ${where})`);
  const wantedMode = typeof mode === "string" && mode !== "" ? mode.toUpperCase() : "NULLABLE";
  if (wantedMode !== "NULLABLE" && wantedMode !== "REQUIRED" && wantedMode !== "REPEATED") {
    throw invalid(`Invalid value for mode: ${wantedMode} is not a valid value (field ${where})`);
  }
  if (known === "RECORD" && (!Array.isArray(fields) || fields.length === 0)) {
    throw invalid(`Field ${where} is type RECORD but has no schema`);
  }
  return {
    name,
    type: known,
    mode: wantedMode,
    ...(typeof description === "string" ? { description } : {}),
    ...(known === "RECORD" ? { fields: readColumns(fields, `${where}.`, depth + 1) } : {}),
    ...numberField("maxLength", maxLength),
    ...numberField("precision", precision),
    ...numberField("scale", scale),
    ...(typeof defaultValueExpression === "string" ? { defaultValueExpression } : {}),
  };
}

/** The API writes numbers of 64 bits as text. */
const numberField = (name: string, value: unknown): { readonly [name: string]: number } =>
  value === undefined || value === null || value === "" ? {} : { [name]: Number(value) };

/** Names of columns are the same whatever the case of their letters. */
export const columnNamed = (columns: readonly Column[], name: string): Column | undefined =>
  columns.find((column) => column.name.toLowerCase() === name.toLowerCase());

/** The same columns as the API answers them. */
export function restColumns(columns: readonly Column[]): readonly unknown[] {
  return columns.map(({ fields, maxLength, precision, scale, ...column }) => ({
    ...column,
    ...(fields === undefined ? {} : { fields: restColumns(fields) }),
    ...(maxLength === undefined ? {} : { maxLength: String(maxLength) }),
    ...(precision === undefined ? {} : { precision: String(precision) }),
    ...(scale === undefined ? {} : { scale: String(scale) }),
  }));
}

const invalid = (message: string): CloudError => new CloudError("INVALID_ARGUMENT", `${message}.`);

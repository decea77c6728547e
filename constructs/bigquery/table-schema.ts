import { bigQuerySchema, type BigQueryColumn } from "../../pipeline/schema/bigquery-schema";
import type { Fields } from "../../pipeline/schema/field";
import { declaredFields, fieldSpecs, type Columns } from "../../pipeline/schema/field-spec";
import { fieldProblems, Schema } from "../../pipeline/schema/schema";
import type { Rule, Rules } from "../core/rules";
import { literal } from "../core/text";

/** A schema, its fields, or fields as a pipeline's spec carries them. */
export type TableColumns = Schema<Fields, Fields> | Columns;

/** What only BigQuery knows of a column. */
export interface ColumnOptions {
  /**
   * GoogleSQL for rows that do not give a value: "CURRENT_TIMESTAMP()". Of whole columns, not of fields within them.
   * @see https://cloud.google.com/bigquery/docs/default-values
   */
  readonly default?: string;
  /**
   * Who may read it: a {@link PolicyTag}, or the name of one that is there already,
   * projects/P/locations/L/taxonomies/T/policyTags/G.
   * @see https://cloud.google.com/bigquery/docs/column-level-security
   */
  readonly policyTag?: string | { readonly path: string; readonly location: string };
  /** In characters of a STRING, in bytes of BYTES. @default as long as a row may be */
  readonly maxLength?: number;
  /** Digits of a NUMERIC, in all. @default 29 before the point and 9 after it */
  readonly precision?: number;
  /** Digits of a NUMERIC after the point. @default 0, where the precision is given */
  readonly scale?: number;
  /** What a NUMERIC does with more digits. @default "half-away-from-zero" */
  readonly rounding?: "half-away-from-zero" | "half-even";
  /** Whether "a" is "A" in a STRING. @default as the dataset says */
  readonly collation?: "case-insensitive";
}

/** By the column's name; "page.url" for a field within one. */
export type OptionsOfColumns = { readonly [path: string]: ColumnOptions };

/** The columns as BigQuery writes them: any other form of the same schema is a difference on every plan. */
export function columnsOf(columns: TableColumns): readonly BigQueryColumn[] {
  return bigQuerySchema(columns instanceof Schema ? columns.fields : columns);
}

/** `schema` as Terraform takes it. */
export function schemaText(columns: readonly BigQueryColumn[], options: OptionsOfColumns = {}): string {
  return literal(JSON.stringify(withOptions(columns, options, "")));
}

const roundings = { "half-away-from-zero": "ROUND_HALF_AWAY_FROM_ZERO", "half-even": "ROUND_HALF_EVEN" } as const;

function withOptions(columns: readonly BigQueryColumn[], options: OptionsOfColumns, within: string): unknown[] {
  return columns.map((column) => {
    const path = `${within}${column.name}`;
    const { default: value, policyTag, maxLength, precision, scale, rounding, collation } = options[path] ?? {};
    return {
      ...column,
      fields: column.fields && withOptions(column.fields, options, `${path}.`),
      defaultValueExpression: value,
      policyTags: policyTag && { names: [typeof policyTag === "string" ? policyTag : policyTag.path] },
      // Numbers of 64 bits are text in BigQuery's answers, and another form would be a difference on every plan.
      maxLength: maxLength === undefined ? undefined : String(maxLength),
      precision: precision === undefined ? undefined : String(precision),
      scale: scale === undefined ? undefined : String(scale),
      roundingMode: rounding && roundings[rounding],
      collation: collation && "und:ci",
    };
  });
}

/** Every column and every field within one, by path. */
function allColumns(columns: readonly BigQueryColumn[], within = ""): readonly (readonly [string, BigQueryColumn])[] {
  return columns.flatMap((column) => {
    const path = `${within}${column.name}`;
    return [[path, column] as const, ...allColumns(column.fields ?? [], `${path}.`)];
  });
}

interface Columned {
  readonly columns: TableColumns;
  readonly columnOptions?: OptionsOfColumns;
}

const schemas = "https://cloud.google.com/bigquery/docs/schemas";
const types = "https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types";
const MOST_COLUMNS = 10_000;
/** Digits of a NUMERIC before and after the point. */
const WHOLE = 29;
const FRACTION = 9;

/** Of everything that declares columns. */
export const columnsForm: Rule<Columned> = {
  id: "columns-form",
  reads: ["columns"],
  page: schemas,
  broken({ columns }) {
    const specs = columnsOf(columns);
    const { length } = allColumns(specs);
    if (length > MOST_COLUMNS) return `columns has ${length}: BigQuery takes at most ${MOST_COLUMNS}`;
    const problems = fieldProblems(declaredFields(fieldSpecs(specs)));
    return problems.length === 0 ? undefined : `columns: ${problems.join("; ")}`;
  },
};

/** Of tables. */
export const columnRules: Rules<Columned> = [
  columnsForm,
  {
    id: "columnOptions-column",
    reads: ["columnOptions"],
    page: schemas,
    broken({ columns, columnOptions = {} }) {
      const known = new Set(allColumns(columnsOf(columns)).map(([path]) => path));
      const wrong = Object.keys(columnOptions).find((path) => !known.has(path));
      return wrong === undefined ? undefined : `columnOptions has "${wrong}", which is no column of the table`;
    },
  },
  {
    id: "columnOptions-type",
    reads: ["columnOptions"],
    page: schemas,
    broken({ columns, columnOptions = {} }) {
      const known = new Map(allColumns(columnsOf(columns)));
      for (const [path, options] of Object.entries(columnOptions)) {
        const type = known.get(path)?.type;
        const wrong = type && unfit(options, type);
        if (wrong) return `columnOptions.${path}.${wrong}, and the column is a ${type}`;
      }
      return undefined;
    },
  },
  {
    id: "columnOptions-default",
    reads: ["columnOptions"],
    page: "https://cloud.google.com/bigquery/docs/default-values#limitations",
    broken({ columnOptions = {} }) {
      const wrong = Object.entries(columnOptions).find(
        ([path, options]) => options.default !== undefined && path.includes("."),
      );
      return (
        wrong && `columnOptions.${wrong[0]}.default: BigQuery has defaults of whole columns, not of fields within them`
      );
    },
  },
  {
    id: "columnOptions-numeric",
    reads: ["columnOptions"],
    page: `${types}#parameterized_decimal_type`,
    broken({ columnOptions = {} }) {
      for (const [path, { precision, scale = 0, maxLength = 1 }] of Object.entries(columnOptions)) {
        const where = `columnOptions.${path}`;
        if (!isWithin(maxLength, 1, Number.MAX_SAFE_INTEGER))
          return `${where}.maxLength is ${maxLength}: BigQuery takes 1 and more`;
        if (!isWithin(scale, 0, FRACTION)) return `${where}.scale is ${scale}: BigQuery takes 0 to ${FRACTION}`;
        if (precision === undefined && scale > 0) return `${where}.scale needs the precision, all digits together`;
        const least = Math.max(1, scale);
        if (precision !== undefined && !isWithin(precision, least, scale + WHOLE)) {
          return `${where}.precision is ${precision}: BigQuery takes ${least} to ${scale + WHOLE}, of which ${scale} are after the point`;
        }
      }
      return undefined;
    },
  },
];

const isWithin = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high;

/** The first option that columns of a type do not have. */
function unfit(options: ColumnOptions, type: BigQueryColumn["type"]): string | undefined {
  const fits: { readonly [name in keyof ColumnOptions]?: boolean } = {
    policyTag: type !== "RECORD",
    maxLength: type === "STRING" || type === "BYTES",
    precision: type === "NUMERIC",
    scale: type === "NUMERIC",
    rounding: type === "NUMERIC",
    collation: type === "STRING",
  };
  const names = Object.keys(fits) as (keyof ColumnOptions)[];
  return names.find((name) => options[name] !== undefined && fits[name] === false);
}

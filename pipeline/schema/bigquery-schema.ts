import type { FieldMode, FieldSpec, FieldType } from "../spec";
import { fieldSpecs, type Columns } from "./field-spec";

/** A column as BigQuery's API gives it back. */
export interface BigQueryColumn {
  readonly name: string;
  readonly type: FieldType;
  readonly mode: FieldMode;
  readonly description?: string;
  readonly fields?: readonly BigQueryColumn[];
}

/**
 * The columns of a table, in the one form that BigQuery itself answers with: INTEGER and not INT64, the mode
 * always there, the order of the fields. Any other form of the same schema is a difference on every plan.
 * @see https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema
 */
export function bigQuerySchema(columns: Columns): readonly BigQueryColumn[] {
  return fieldSpecs(columns).map(column);
}

const column = ({ name, type, mode, description, fields }: FieldSpec): BigQueryColumn => ({
  name,
  type,
  mode,
  ...(description !== undefined && { description }),
  ...(fields !== undefined && { fields: fields.map(column) }),
});

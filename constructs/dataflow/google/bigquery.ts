import type { AnyTable } from "../../bigquery/table";
import { makeTemplate, type GoogleTemplateOf, type GoogleTemplateOptions } from "./make-template";
import { readsTable, said, writes, type Files } from "./values";

export interface BigQueryToParquetOptions extends GoogleTemplateOptions {
  readonly table: AnyTable;
  /** With "/" at its end. */
  readonly outputDirectory: Files;
  /** @default 1, as the template does */
  readonly numShards?: number;
  /** @default all columns */
  readonly fields?: readonly string[];
  /** A condition in GoogleSQL: `event_date = "2026-01-01"`. @default all rows */
  readonly rowRestriction?: string;
}

/** By BigQuery's Storage Read API. @see https://cloud.google.com/dataflow/docs/guides/templates/provided/bigquery-to-parquet */
export const bigQueryToParquet = (options: BigQueryToParquetOptions): GoogleTemplateOf<"flex", "batch"> =>
  makeTemplate(
    {
      kind: "flex",
      mode: "batch",
      name: "BigQuery_to_Parquet",
      parameters: {
        tableRef: readsTable(options.table),
        bucket: writes(options.outputDirectory),
        numShards: said(options.numShards),
        fields: said(options.fields?.join(",")),
        rowRestriction: said(options.rowRestriction),
      },
    },
    options,
  );

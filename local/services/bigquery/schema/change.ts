/** What a new schema changes of a table with rows in it. */
import { columnNamed, type Column } from "./column";

/** One step that a table takes to have its new schema, in the order in which they come. */
export type SchemaStep =
  | { readonly step: "add"; readonly path: readonly string[]; readonly column: Column }
  | { readonly step: "relax"; readonly path: readonly string[] };

export interface SchemaChange {
  readonly steps: readonly SchemaStep[];
  /** What cannot be done in place, a sentence each: BigQuery refuses it, and Terraform replaces the table. */
  readonly refused: readonly string[];
}

/** Columns may be added (not REQUIRED ones) and REQUIRED ones relaxed; nothing else. @see https://cloud.google.com/bigquery/docs/managing-table-schemas */
export function schemaChange(before: readonly Column[], after: readonly Column[]): SchemaChange {
  const steps: SchemaStep[] = [];
  const refused: string[] = [];
  compare(before, after, [], steps, refused);
  return { steps, refused };
}

function compare(
  before: readonly Column[],
  after: readonly Column[],
  within: readonly string[],
  steps: SchemaStep[],
  refused: string[],
): void {
  const path = (column: Column): readonly string[] => [...within, column.name];
  const shown = (column: Column): string => path(column).join(".");
  for (const old of before) {
    const now = columnNamed(after, old.name);
    if (now === undefined) {
      refused.push(`${shown(old)} (${old.type}) is gone`);
      continue;
    }
    if (now.type !== old.type) refused.push(`${shown(old)} was ${old.type} and is ${now.type}`);
    else if (now.mode !== old.mode) {
      if (old.mode === "REQUIRED" && now.mode === "NULLABLE") steps.push({ step: "relax", path: path(old) });
      else refused.push(`${shown(old)} was ${old.mode} and is ${now.mode}`);
    }
    if (now.type === "RECORD" && old.type === "RECORD") {
      compare(old.fields ?? [], now.fields ?? [], path(old), steps, refused);
    }
  }
  for (const now of after) {
    if (columnNamed(before, now.name) !== undefined) continue;
    if (now.mode === "REQUIRED")
      refused.push(`${shown(now)} is new and REQUIRED, but the rows that are there have none`);
    else steps.push({ step: "add", path: path(now), column: now });
  }
}

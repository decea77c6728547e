/**
 * Tables that are made when a row comes up for them.
 * @see https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/insert
 */
import type { FieldSpec } from "../../../pipeline/spec";
import type { TableMaker } from "../sinks/table-maker";
import { Rest, type RestOptions } from "./rest";

const TIMEOUT = 30_000;

export class BigQueryTables implements TableMaker {
  private readonly rest: Rest;

  constructor(options: RestOptions) {
    this.rest = new Rest(options, options.endpoint ?? "https://bigquery.googleapis.com", TIMEOUT);
  }

  async make(
    [projectId, datasetId, tableId]: readonly [string, string, string],
    fields: readonly FieldSpec[],
  ): Promise<"made" | "exists"> {
    const table = { tableReference: { projectId, datasetId, tableId }, schema: { fields: fields.map(columnOf) } };
    const path = `/bigquery/v2/projects/${projectId}/datasets/${datasetId}/tables`;
    const headers = { "content-type": "application/json" };
    const { status } = await this.rest.call(path, { method: "POST", headers, body: JSON.stringify(table) }, 409);
    return status === 409 ? "exists" : "made";
  }
}

/** A field as a column: the rest of it is about events. */
const columnOf = ({ name, type, mode, description, fields }: FieldSpec): object => ({
  name,
  type,
  mode,
  ...(description !== undefined && { description }),
  ...(fields !== undefined && { fields: fields.map(columnOf) }),
});

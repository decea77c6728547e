import { CloudError } from "../../../errors";
import type { Host, TableWriter } from "../../../service";
import type { SchemaSettings, Subscription } from "../api/messages";
import { tableOf, writerOf } from "./bigquery";
import { checkColumns, type RowSchemas } from "./rows";

export interface AdmissionWorld {
  readonly host: Pick<Host, "access" | "projectNumber">;
  readonly tables: TableWriter;
  readonly schemas: RowSchemas;
  readonly schemaOf: (topic: string) => SchemaSettings | undefined;
}

/**
 * What Pub/Sub checks before it takes a BigQuery subscription: that its agent may write to the table, that the
 * table is there, and that messages can be its rows.
 * @throws CloudError PERMISSION_DENIED, NOT_FOUND, INVALID_ARGUMENT
 */
export function admit({ topic, bigqueryConfig: config }: Subscription, world: AdmissionWorld): void {
  if (config === undefined) return;
  const table = tableOf(config);
  const [project, dataset, name, ...more] = table.split(".");
  if (project === undefined || dataset === undefined || name === undefined || more.length > 0) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      `bigquery_config.table is "${config.table}": it is project.dataset.table, or project:dataset.table.`,
    );
  }
  const resource = `bigquery.googleapis.com/projects/${project}/datasets/${dataset}/tables/${name}`;
  for (const permission of ["bigquery.tables.get", "bigquery.tables.updateData"]) {
    world.host.access.check(writerOf(config, world.host), permission, resource);
  }
  const schema = world.schemaOf(topic);
  if (config.useTopicSchema && schema === undefined) {
    throw new CloudError("INVALID_ARGUMENT", `use_topic_schema is set, and the topic ${topic} has no schema.`);
  }
  const fields = config.useTopicSchema && schema !== undefined ? world.schemas.fieldNames(schema.schema) : undefined;
  checkColumns(config, world.tables.columns(table), fields);
}

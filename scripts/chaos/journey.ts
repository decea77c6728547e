/** What a pipeline under test has around it: topic, subscription, table, dead letters, checkpoints, a door of its own. */
import type { Pipeline } from "../../pipeline";
import type { Caller } from "../../local/service";
import type { Environment } from "../../pipeline-images/stream-processor/settings";
import { type Cloud, PROJECT } from "./cloud";
import { paneColumns } from "./pipelines";

const DATASET = "trials";
export const BUCKET = "acme-checkpoints";

export interface Journey {
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly caller: Caller;
  readonly topic: string;
  readonly subscription: string;
  readonly errors: string;
  readonly table: string;
  readonly environment: Environment;
}

/** What all of them share. */
export async function makeShared(cloud: Cloud): Promise<void> {
  await cloud.apply("google_storage_bucket", { name: BUCKET, location: "EU" });
  await cloud.apply("google_bigquery_dataset", { dataset_id: DATASET, location: "EU" });
}

/** @param pipeline with one input, `clicks`, and one output, `panes` */
export async function makeJourney(cloud: Cloud, pipeline: Pipeline, columns = paneColumns): Promise<Journey> {
  const { name } = pipeline.toJSON();
  const topic = `projects/${PROJECT}/topics/${name}`;
  const subscription = `projects/${PROJECT}/subscriptions/${name}`;
  const errors = `${subscription}-dead`;
  await cloud.apply("google_pubsub_topic", { name });
  await cloud.apply("google_pubsub_topic", { name: `${name}-dead` });
  await cloud.apply("google_pubsub_subscription", { name, topic, ack_deadline_seconds: 10 });
  await cloud.apply("google_pubsub_subscription", { name: `${name}-dead`, topic: `${topic}-dead` });
  await cloud.apply("google_bigquery_table", {
    dataset_id: DATASET,
    table_id: name,
    schema: JSON.stringify(columns),
    deletion_protection: false,
  });
  const caller = { member: `serviceAccount:${name}@${PROJECT}.iam.gserviceaccount.com` };
  const door = await cloud.door(caller);
  const table = `${PROJECT}.${DATASET}.${name}`;
  const environment: Environment = {
    ...door.environment,
    MODE: "pull",
    INPUTS: JSON.stringify({ clicks: { subscription } }),
    OUTPUTS: JSON.stringify({ panes: { table } }),
    ERRORS: JSON.stringify({ topic: `${topic}-dead` }),
    CHECKPOINTS: `gs://${BUCKET}/${name}`,
  };
  return { name, pipeline, caller, topic, subscription, errors, table, environment };
}

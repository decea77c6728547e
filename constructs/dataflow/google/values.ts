import type { Construct } from "constructs";
import type { AnyTable } from "../../bigquery/table";
import type { GrantOptions } from "../../core/grants";
import { grantOnProject, type ProjectRole } from "../../iam/project-grant";
import { consumers } from "../../pubsub/journey-rules";
import type { AnySubscription } from "../../pubsub/subscription";
import type { AnyTopic } from "../../pubsub/topic";
import type { AnyBucket } from "../../storage/bucket";
import type { TemplateUse } from "../template";

/**
 * Files by name or pattern: of a bucket, to which the job gets its right, or by address where somebody else has opened
 * them ("gs://dataflow-samples/shakespeare/kinglear.txt").
 */
export type Files = `gs://${string}` | { readonly bucket: AnyBucket; readonly path: string };

/** What a parameter of one of Google's templates is, and what the job may need for it. */
export interface ParameterValue {
  text(scope: Construct, use: TemplateUse): string;
  /** In full, where the parameter's own form is another one. */
  readonly names?: string;
  readonly grant?: (scope: Construct, use: TemplateUse) => void;
}

/** As it is. */
export const said = (value: string | number | boolean | undefined): ParameterValue | undefined =>
  value === undefined ? undefined : { text: () => String(value) };

export const reads = (files: Files | undefined): ParameterValue | undefined =>
  files && {
    text: () => addressOf(files),
    grant: (_, { identity }) => {
      if (typeof files !== "string") files.bucket.grantRead(identity, { why: "reads its files" });
    },
  };

/** Workers write temporary files beside the final ones, and move them. */
export const writes = (files: Files | undefined): ParameterValue | undefined =>
  files && {
    text: () => addressOf(files),
    grant: (_, { identity }) => {
      if (typeof files !== "string") files.bucket.grantReadWrite(identity, { why: "writes its files" });
    },
  };

const addressOf = (files: Files): string =>
  typeof files === "string" ? files : `gs://${files.bucket.name}/${files.path}`;

/** A folder of the job's own bucket. */
export const ownFolder = (folder: `${string}/`): ParameterValue => ({
  text: (_, { bucket }) => `gs://${bucket.name}/${folder}`,
});

/** Templates write "project:dataset.table". */
const specOf = ({ dataset, path }: AnyTable): string => `${dataset.project}:${path.slice(dataset.project.length + 1)}`;

export const readsTable = (table: AnyTable): ParameterValue => ({
  text: () => specOf(table),
  names: table.path,
  grant: (_, { identity }) => {
    table.grantRead(identity, { why: "reads the table" });
    onProject("roles/bigquery.readSessionUser", "opens sessions that read the table")(_, { identity });
  },
});

/** Row by row. */
export const writesTable = (table: AnyTable | undefined): ParameterValue | undefined =>
  table && {
    text: () => specOf(table),
    names: table.path,
    grant: (_, { identity }) => table.grantWrite(identity, { why: "writes the table" }),
  };

/** By load jobs, which look at the dataset's location. */
export const loadsTable = (table: AnyTable): ParameterValue => ({
  text: () => specOf(table),
  names: table.path,
  grant: (_, { identity }) => {
    table.grantWrite(identity, { why: "writes the table" });
    table.dataset.grant("roles/bigquery.metadataViewer", identity, { why: "looks where the dataset is" });
    onProject("roles/bigquery.jobUser", "loads files into the table")(_, { identity });
  },
});

const onProject =
  (role: ProjectRole, why: string) =>
  (_: Construct, { identity }: Pick<TemplateUse, "identity">): void =>
    void grantOnProject(role, identity, { why });

export const publishes = (topic: AnyTopic): ParameterValue => ({
  text: () => topic.path,
  grant: (_, { identity }) => topic.grantPublish(identity, { why: "publishes what it makes" }),
});

/** Dataflow acknowledges by itself, and heeds no dead letters and no pauses of the subscription's. */
export const takes = (subscription: AnySubscription): ParameterValue => ({
  text: () => subscription.path,
  grant(scope, { identity }) {
    const why: GrantOptions = { why: "takes and acknowledges messages" };
    subscription.grantSubscribe(identity, why);
    subscription.grantView(identity, { why: "Dataflow looks at what it reads" });
    consumers.tell(scope, { subscription: subscription.fullName, pipeline: true, by: "dataflow" });
  },
});

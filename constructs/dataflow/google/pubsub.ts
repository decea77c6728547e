import { milliseconds, type Duration } from "../../../pipeline/duration";
import type { AnyTable } from "../../bigquery/table";
import { grantOnProject } from "../../iam/project-grant";
import type { AnySubscription } from "../../pubsub/subscription";
import type { AnyTopic } from "../../pubsub/topic";
import { makeTemplate, type GoogleTemplateOf, type GoogleTemplateOptions } from "./make-template";
import { subscriptionMaker } from "./subscription-maker";
import { reloadedParameters, type ReloadedTemplateFunction } from "./udf";
import { ownFolder, publishes, said, takes, writes, writesTable, type Files, type ParameterValue } from "./values";

interface IntoTable extends GoogleTemplateOptions {
  /** It must be there. */
  readonly table: AnyTable;
  /**
   * Rows that the table refused.
   * @default "<table>_error_records", which the job makes: it may then write to the whole dataset
   */
  readonly errors?: AnyTable;
  /** Makes a row, as JSON, of a message. Without it, messages are rows. @default none */
  readonly function?: ReloadedTemplateFunction;
}

const intoTable = ({ table, errors, function: udf }: IntoTable) => ({
  outputTableSpec: writesTable(table),
  outputDeadletterTable: writesTable(errors),
  ...reloadedParameters(udf),
});

/** The table of errors does not exist yet, and a right on it cannot be given. */
const errorsOf = ({ table, errors }: IntoTable): ParameterValue["grant"] =>
  errors === undefined
    ? (_, { identity }) => void table.dataset.grantWrite(identity, { why: "makes a table of rows that were refused" })
    : undefined;

export interface PubsubSubscriptionToBigQueryOptions extends IntoTable {
  /** Without dead letters: Dataflow heeds none, and has `errors`. */
  readonly subscription: AnySubscription;
}

/** By inserts, at least once. @see https://cloud.google.com/dataflow/docs/guides/templates/provided/pubsub-subscription-to-bigquery */
export const pubsubSubscriptionToBigQuery = (
  options: PubsubSubscriptionToBigQueryOptions,
): GoogleTemplateOf<"classic", "streaming"> =>
  makeTemplate(
    {
      kind: "classic",
      mode: "streaming",
      name: "PubSub_Subscription_to_BigQuery",
      parameters: { inputSubscription: takes(options.subscription), ...intoTable(options) },
      grant: errorsOf(options),
    },
    options,
  );

export interface PubsubTopicToBigQueryOptions extends IntoTable {
  readonly topic: AnyTopic;
}

/**
 * The job makes a subscription of its own, and deletes it when it ends: what is published between two jobs is lost.
 * {@link pubsubSubscriptionToBigQuery} loses nothing, and needs no right on the project.
 * @see https://cloud.google.com/dataflow/docs/guides/templates/provided/pubsub-topic-to-bigquery
 */
export const pubsubTopicToBigQuery = (
  options: PubsubTopicToBigQueryOptions,
): GoogleTemplateOf<"classic", "streaming"> =>
  makeTemplate(
    {
      kind: "classic",
      mode: "streaming",
      name: "PubSub_to_BigQuery",
      parameters: { inputTopic: subscribes(options.topic), ...intoTable(options) },
      grant: errorsOf(options),
    },
    options,
  );

const subscribes = (topic: AnyTopic): ParameterValue => ({
  text: () => topic.path,
  grant(scope, { identity }) {
    topic.grantSubscribe(identity, { why: "attaches its subscription" });
    topic.grant("roles/pubsub.viewer", identity, { why: "Dataflow looks at what it reads" });
    grantOnProject(subscriptionMaker(scope), identity, { why: "makes a subscription of its own, and takes from it" });
  },
});

export interface PubsubToBigQueryOptions extends PubsubSubscriptionToBigQueryOptions {
  /**
   * How rows are written. "exactly-once" opens so many streams, and flushes them so often.
   * @default inserts, at least once, as the template does
   * @see https://cloud.google.com/dataflow/docs/guides/write-to-bigquery
   */
  readonly storageWrite?:
    | { readonly guarantee: "at-least-once" }
    | { readonly guarantee: "exactly-once"; readonly streams: number; readonly every: Duration };
}

/** As a flex template, and by the Storage Write API where that is asked for. @see https://cloud.google.com/dataflow/docs/guides/templates/provided/pubsub-to-bigquery */
export const pubsubToBigQuery = (options: PubsubToBigQueryOptions): GoogleTemplateOf<"flex", "streaming"> => {
  const { storageWrite } = options;
  const exactly = storageWrite?.guarantee === "exactly-once" ? storageWrite : undefined;
  return makeTemplate(
    {
      kind: "flex",
      mode: "streaming",
      name: "PubSub_to_BigQuery_Flex",
      parameters: {
        inputSubscription: takes(options.subscription),
        ...intoTable(options),
        useStorageWriteApi: said(storageWrite && true),
        useStorageWriteApiAtLeastOnce: said(storageWrite && exactly === undefined),
        numStorageWriteApiStreams: said(exactly?.streams),
        storageWriteApiTriggeringFrequencySec: said(exactly && milliseconds(exactly.every) / 1_000),
      },
      grant: errorsOf(options),
    },
    options,
  );
};

export interface PubsubToPubsubOptions extends GoogleTemplateOptions {
  readonly subscription: AnySubscription;
  readonly topic: AnyTopic;
  /** Only messages with this attribute. A filter of the subscription costs less. @default all */
  readonly where?: { readonly attribute: string; readonly is: string };
}

/** @see https://cloud.google.com/dataflow/docs/guides/templates/provided/pubsub-to-pubsub */
export const pubsubToPubsub = (options: PubsubToPubsubOptions): GoogleTemplateOf<"classic", "streaming"> =>
  makeTemplate(
    {
      kind: "classic",
      mode: "streaming",
      name: "Cloud_PubSub_to_Cloud_PubSub",
      parameters: {
        inputSubscription: takes(options.subscription),
        outputTopic: publishes(options.topic),
        filterKey: said(options.where?.attribute),
        filterValue: said(options.where?.is),
      },
    },
    options,
  );

export interface PubsubToFilesOptions extends GoogleTemplateOptions {
  readonly subscription: AnySubscription;
  /** With "/" at its end. YYYY, MM, DD, HH and mm in it become those of the window. */
  readonly outputDirectory: Files;
  /** One file, or `numShards`, for each. @default "5m" */
  readonly windowDuration?: `${number}${"s" | "m" | "h"}`;
  /** @default "output" */
  readonly outputFilenamePrefix?: string;
  /** ".txt" @default none */
  readonly outputFilenameSuffix?: string;
  /** @default as many as Dataflow finds fit */
  readonly numShards?: number;
}

const intoFiles = (options: PubsubToFilesOptions) => ({
  inputSubscription: takes(options.subscription),
  outputDirectory: writes(options.outputDirectory),
  windowDuration: said(options.windowDuration),
  outputFilenamePrefix: said(options.outputFilenamePrefix),
  outputFilenameSuffix: said(options.outputFilenameSuffix),
  numShards: said(options.numShards),
});

/** A message a line. @see https://cloud.google.com/dataflow/docs/guides/templates/provided/pubsub-topic-subscription-to-text */
export const pubsubToText = (options: PubsubToFilesOptions): GoogleTemplateOf<"flex", "streaming"> =>
  makeTemplate(
    { kind: "flex", mode: "streaming", name: "Cloud_PubSub_to_GCS_Text_Flex", parameters: intoFiles(options) },
    options,
  );

/** Messages with their attributes and times. @see https://cloud.google.com/dataflow/docs/guides/templates/provided/pubsub-to-avro */
export const pubsubToAvro = (options: PubsubToFilesOptions): GoogleTemplateOf<"flex", "streaming"> =>
  makeTemplate(
    {
      kind: "flex",
      mode: "streaming",
      name: "Cloud_PubSub_to_Avro_Flex",
      parameters: { ...intoFiles(options), avroTempDirectory: ownFolder("dataflow/temp/avro/") },
    },
    options,
  );

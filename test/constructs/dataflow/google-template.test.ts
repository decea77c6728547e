import { expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import { plainText } from "../../../constructs/core/uses";
import { nullable, string } from "../../../pipeline";
import { mapValues } from "../../../pipeline/objects";
import type { GcpStack } from "../../../constructs/core/stack";
import { ClassicTemplateJob } from "../../../constructs/dataflow/classic-template-job";
import { DataflowLaunch } from "../../../constructs/dataflow/dataflow-launch";
import { FlexTemplateJob } from "../../../constructs/dataflow/flex-template-job";
import { GoogleTemplate } from "../../../constructs/dataflow/google-template";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { messageOf, aStack, templateOf } from "../support";
import { aSubscription, aTable, ground } from "./support";

/** What a template says to a job in a stack, and the roles that the job's workers then have. */
function bound(make: (stack: GcpStack) => GoogleTemplate) {
  const told: { parameters?: { readonly [name: string]: string }; path?: string } = {};
  const template = templateOf((stack) => {
    const { bucket } = ground(stack);
    const identity = new ServiceAccount(stack, "worker");
    const { parameters, path } = make(stack).bind(stack, { identity, bucket });
    // As the stack would write them.
    Object.assign(told, { parameters: mapValues(parameters, (value) => plainText(value, stack)), path });
  });
  const roles = template.addresses
    .filter((address) => address.endsWith("-worker") && address.includes("_iam_member."))
    .map((address) => address.replace(/^google_(.*)_iam_member\.(.*)-worker$/, "$1 $2"));
  return { ...told, roles, template };
}

const region = "gs://dataflow-templates-europe-west1/latest";

test("word count reads files and writes files", () => {
  const { path, parameters, roles } = bound((stack) =>
    GoogleTemplate.wordCount({
      inputFile: { bucket: new Bucket(stack, "books"), path: "*.txt" },
      output: { bucket: new Bucket(stack, "out"), path: "counts/a" },
    }),
  );
  expect(path).toBe(`${region}/Word_Count`);
  expect(parameters).toEqual({
    inputFile: "gs://${google_storage_bucket.books.name}/*.txt",
    output: "gs://${google_storage_bucket.out.name}/counts/a",
  });
  expect(roles).toEqual(["storage_bucket books-storage-objectViewer", "storage_bucket out-storage-objectUser"]);
});

test("files of somebody else's are read as they are opened", () => {
  const { parameters, roles } = bound(() => GoogleTemplate.wordCount({ inputFile: "gs://in/a", output: "gs://out/b" }));
  expect(parameters).toEqual({ inputFile: "gs://in/a", output: "gs://out/b" });
  expect(roles).toEqual([]);
});

test("files are compressed and decompressed", () => {
  const compress = bound((stack) =>
    GoogleTemplate.bulkCompress({
      inputFilePattern: "gs://in/*.txt",
      outputDirectory: { bucket: new Bucket(stack, "out"), path: "small/" },
      outputFailureFile: { bucket: new Bucket(stack, "failures"), path: "failed.csv" },
      compression: "gzip",
      outputFilenameSuffix: ".gzip",
      version: "2025-08-19-00_RC00",
    }),
  );
  expect(compress.path).toBe("gs://dataflow-templates-europe-west1/2025-08-19-00_RC00/Bulk_Compress_GCS_Files");
  expect(compress.parameters).toEqual({
    inputFilePattern: "gs://in/*.txt",
    outputDirectory: "gs://${google_storage_bucket.out.name}/small/",
    outputFailureFile: "gs://${google_storage_bucket.failures.name}/failed.csv",
    compression: "GZIP",
    outputFilenameSuffix: ".gzip",
  });
  const decompress = bound(() =>
    GoogleTemplate.bulkDecompress({
      inputFilePattern: "gs://in/*.gz",
      outputDirectory: "gs://out/",
      outputFailureFile: "gs://out/failed.csv",
    }),
  );
  expect(decompress.path).toBe(`${region}/Bulk_Decompress_GCS_Files`);
  expect(decompress.parameters).toEqual({
    inputFilePattern: "gs://in/*.gz",
    outputDirectory: "gs://out/",
    outputFailureFile: "gs://out/failed.csv",
  });
});

test("lines are loaded into a table by jobs, with the table's columns as the schema", () => {
  const { path, parameters, roles, template } = bound((stack) =>
    GoogleTemplate.textToBigQuery({
      inputFilePattern: "gs://in/*.csv",
      table: aTable(stack),
      function: { file: { bucket: new Bucket(stack, "code"), path: "parse.js" }, name: "parse" },
    }),
  );
  expect(path).toBe(`${region}/GCS_Text_to_BigQuery`);
  expect(parameters).toEqual({
    inputFilePattern: "gs://in/*.csv",
    JSONPath:
      "gs://${google_storage_bucket.files.name}/${google_storage_bucket_object.files-dataflow-schemas-orders-json.output_name}",
    outputTable:
      "acme-dev:${google_bigquery_table.orders_data-orders.dataset_id}.${google_bigquery_table.orders_data-orders.table_id}",
    bigQueryLoadingTemporaryDirectory: "gs://${google_storage_bucket.files.name}/dataflow/temp/bigquery/",
    javascriptTextTransformGcsPath: "gs://${google_storage_bucket.code.name}/parse.js",
    javascriptTextTransformFunctionName: "parse",
  });
  expect(roles).toEqual([
    "bigquery_dataset orders_data-bigquery-metadataViewer",
    "bigquery_table orders_data-orders-bigquery-dataEditor",
    "project project-bigquery-jobUser",
    "storage_bucket code-storage-objectViewer",
  ]);
  const schema = template.resource("google_storage_bucket_object.files-dataflow-schemas-orders-json");
  expect(schema["name"]).toMatch(/^dataflow\/schemas\/orders-[0-9a-f]{12}\.json$/);
  expect(JSON.parse(String(schema["content"]))).toMatchObject({
    "BigQuery Schema": [{ name: "order_id", type: "STRING", mode: "REQUIRED" }, {}, {}, {}],
  });
});

test("a schema and a temporary folder of yours are taken", () => {
  const { parameters } = bound((stack) =>
    GoogleTemplate.textToBigQuery({
      inputFilePattern: "gs://in/*.csv",
      table: aTable(stack),
      schema: "gs://in/schema.json",
      temporaryDirectory: "gs://tmp/",
    }),
  );
  expect(parameters).toMatchObject({
    JSONPath: "gs://in/schema.json",
    bigQueryLoadingTemporaryDirectory: "gs://tmp/",
  });
});

test("a table whose columns nobody knows needs a schema", () => {
  const stack = aStack();
  const dataset = new Dataset(stack, "data");
  const table = Table.fromName(stack, "theirs", { dataset, name: "theirs" });
  const template = GoogleTemplate.textToBigQuery({ inputFilePattern: "gs://in/*", table });
  const build = () =>
    new DataflowLaunch(stack, "load", { template, schedule: { cron: "0 3 * * *" }, ...ground(stack) });
  expect(messageOf(build)).toBe(
    "test/load: the columns of table theirs are not known here: give them to Table.fromName, or give the template a schema",
  );
});

test("lines become messages", () => {
  const { path, parameters, roles } = bound((stack) =>
    GoogleTemplate.textToPubsub({ inputFilePattern: "gs://in/*", topic: new Topic(stack, "lines") }),
  );
  expect(path).toBe(`${region}/GCS_Text_to_Cloud_PubSub`);
  expect(parameters).toEqual({ inputFilePattern: "gs://in/*", outputTopic: "${google_pubsub_topic.lines.id}" });
  expect(roles).toEqual(["pubsub_topic lines-pubsub-publisher"]);
});

const tableSpec =
  "acme-dev:${google_bigquery_table.orders_data-orders.dataset_id}.${google_bigquery_table.orders_data-orders.table_id}";

test("messages of a subscription become rows; what the table refuses, rows of another", () => {
  const { path, parameters, roles } = bound((stack) => {
    const table = aTable(stack);
    return GoogleTemplate.pubsubSubscriptionToBigQuery({
      subscription: aSubscription(stack),
      table,
      errors: new Table(stack, "refused", { dataset: table.dataset, columns: { errorMessage: nullable(string()) } }),
      function: { file: "gs://code/parse.js", name: "parse", reloadEvery: "90s" },
    });
  });
  expect(path).toBe(`${region}/PubSub_Subscription_to_BigQuery`);
  expect(parameters).toEqual({
    inputSubscription: "${google_pubsub_subscription.orders-sub.id}",
    outputTableSpec: tableSpec,
    outputDeadletterTable: tableSpec.replaceAll("data-orders", "data-refused"),
    javascriptTextTransformGcsPath: "gs://code/parse.js",
    javascriptTextTransformFunctionName: "parse",
    javascriptTextTransformReloadIntervalMinutes: "2",
  });
  expect(roles).toEqual([
    "bigquery_table orders_data-orders-bigquery-dataEditor",
    "bigquery_table orders_data-refused-bigquery-dataEditor",
    "pubsub_subscription orders-sub-pubsub-subscriber",
    "pubsub_subscription orders-sub-pubsub-viewer",
  ]);
});

test("without a table for errors the job makes one, and may write to the dataset", () => {
  const { roles } = bound((stack) =>
    GoogleTemplate.pubsubSubscriptionToBigQuery({ subscription: aSubscription(stack), table: aTable(stack) }),
  );
  expect(roles).toContain("bigquery_dataset orders_data-bigquery-dataEditor");
});

test("a job that reads a topic may make its own subscription, and no more of Pub/Sub", () => {
  const { path, parameters, roles, template } = bound((stack) => {
    const table = aTable(stack);
    const [topic, errors] = [new Topic(stack, "clicks"), aTable(stack, "refused")];
    return GoogleTemplate.pubsubTopicToBigQuery({ topic, table, errors });
  });
  expect(path).toBe(`${region}/PubSub_to_BigQuery`);
  expect(parameters).toMatchObject({ inputTopic: "${google_pubsub_topic.clicks.id}", outputTableSpec: tableSpec });
  expect(roles).toEqual([
    "bigquery_table orders_data-orders-bigquery-dataEditor",
    "bigquery_table refused_data-refused-bigquery-dataEditor",
    "project project-dataflow-subscription-maker",
    "pubsub_topic clicks-pubsub-subscriber",
    "pubsub_topic clicks-pubsub-viewer",
  ]);
  expect(template.resource("google_project_iam_custom_role.dataflow-subscription-maker")).toMatchObject({
    role_id: "dataflow_subscription_maker",
    permissions: [
      "pubsub.subscriptions.consume",
      "pubsub.subscriptions.create",
      "pubsub.subscriptions.delete",
      "pubsub.subscriptions.get",
    ],
  });
  expect(template.resource("google_project_iam_member.project-dataflow-subscription-maker-worker")).toMatchObject({
    role: "${google_project_iam_custom_role.dataflow-subscription-maker.name}",
  });
});

test.each([
  [undefined, {}],
  [{ guarantee: "at-least-once" } as const, { useStorageWriteApi: "true", useStorageWriteApiAtLeastOnce: "true" }],
  [
    { guarantee: "exactly-once", streams: 3, every: "5s" } as const,
    {
      useStorageWriteApi: "true",
      useStorageWriteApiAtLeastOnce: "false",
      numStorageWriteApiStreams: "3",
      storageWriteApiTriggeringFrequencySec: "5",
    },
  ],
])("the flex template writes rows as it is told: %j", (storageWrite, more) => {
  const { path, parameters } = bound((stack) =>
    GoogleTemplate.pubsubToBigQuery({
      subscription: aSubscription(stack),
      table: aTable(stack),
      errors: aTable(stack, "refused"),
      storageWrite,
    }),
  );
  expect(path).toBe(`${region}/flex/PubSub_to_BigQuery_Flex`);
  expect(parameters).toEqual({
    inputSubscription: "${google_pubsub_subscription.orders-sub.id}",
    outputTableSpec: tableSpec,
    outputDeadletterTable: tableSpec.replaceAll("orders", "refused"),
    ...more,
  });
});

test("messages go on to another topic", () => {
  const { path, parameters, roles } = bound((stack) =>
    GoogleTemplate.pubsubToPubsub({
      subscription: aSubscription(stack),
      topic: new Topic(stack, "copies"),
      where: { attribute: "kind", is: "order" },
    }),
  );
  expect(path).toBe(`${region}/Cloud_PubSub_to_Cloud_PubSub`);
  expect(parameters).toEqual({
    inputSubscription: "${google_pubsub_subscription.orders-sub.id}",
    outputTopic: "${google_pubsub_topic.copies.id}",
    filterKey: "kind",
    filterValue: "order",
  });
  expect(roles).toContain("pubsub_topic copies-pubsub-publisher");
});

test("messages are kept in files", () => {
  const files = {
    outputDirectory: "gs://lake/YYYY/" as const,
    windowDuration: "1m" as const,
    outputFilenamePrefix: "orders",
    outputFilenameSuffix: ".txt",
    numShards: 2,
  };
  const kept = {
    inputSubscription: "${google_pubsub_subscription.orders-sub.id}",
    ...files,
    numShards: "2",
  };
  const text = bound((stack) => GoogleTemplate.pubsubToText({ subscription: aSubscription(stack), ...files }));
  expect(text.path).toBe(`${region}/flex/Cloud_PubSub_to_GCS_Text_Flex`);
  expect(text.parameters).toEqual(kept);
  const avro = bound((stack) => GoogleTemplate.pubsubToAvro({ subscription: aSubscription(stack), ...files }));
  expect(avro.path).toBe(`${region}/flex/Cloud_PubSub_to_Avro_Flex`);
  expect(avro.parameters).toEqual({
    ...kept,
    avroTempDirectory: "gs://${google_storage_bucket.files.name}/dataflow/temp/avro/",
  });
});

test("a table becomes Parquet files", () => {
  const { path, parameters, roles } = bound((stack) =>
    GoogleTemplate.bigQueryToParquet({
      table: aTable(stack),
      outputDirectory: { bucket: new Bucket(stack, "lake"), path: "orders/" },
      numShards: 4,
      fields: ["order_id", "amount"],
      rowRestriction: "amount > 10",
    }),
  );
  expect(path).toBe(`${region}/flex/BigQuery_to_Parquet`);
  expect(parameters).toEqual({
    tableRef: tableSpec,
    bucket: "gs://${google_storage_bucket.lake.name}/orders/",
    numShards: "4",
    fields: "order_id,amount",
    rowRestriction: "amount > 10",
  });
  expect(roles).toEqual([
    "bigquery_table orders_data-orders-bigquery-dataViewer",
    "project project-bigquery-readSessionUser",
    "storage_bucket lake-storage-objectUser",
  ]);
});

test("any other of Google's templates is taken by its name", () => {
  const { path, parameters } = bound(() =>
    GoogleTemplate.other({ kind: "flex", mode: "batch", name: "X_to_Y", parameters: { a: "1" }, version: "latest" }),
  );
  expect(path).toBe(`${region}/flex/X_to_Y`);
  expect(parameters).toEqual({ a: "1" });
});

test("a table that somebody else made is found in what the job is told", () => {
  const template = templateOf((stack) => {
    const dataset = Dataset.fromName(stack, "data", { name: "data", project: "shop" });
    const table = Table.fromName(stack, "theirs", { dataset, name: "theirs" });
    const errors = Table.fromName(stack, "refused", { dataset, name: "refused" });
    new ClassicTemplateJob(stack, "land", {
      template: GoogleTemplate.pubsubSubscriptionToBigQuery({ subscription: aSubscription(stack), table, errors }),
      ...ground(stack),
    });
  });
  expect(template.resource("google_dataflow_job.land")).toMatchObject({
    parameters: { outputTableSpec: "shop:data.theirs", outputDeadletterTable: "shop:data.refused" },
  });
});

const readsWhatGivesUp = () =>
  templateOf((stack) => {
    const deadLetters = new DeadLetters(stack, "dead-letters");
    const topic = new Topic(stack, "orders");
    const subscription = new PullSubscription(stack, "sub", { topic, deadLetters });
    new FlexTemplateJob(stack, "land", {
      template: GoogleTemplate.pubsubToText({ subscription, outputDirectory: "gs://lake/" }),
      ...ground(stack),
    });
  });
test("a subscription that gives up on messages is not for Dataflow", () => {
  expect(readsWhatGivesUp).toThrow("pipeline-dead-letters");
});

/** Never called: for the compiler alone. */
export function mistakes(stack: GcpStack): void {
  const files = ground(stack);
  const schedule = { cron: "0 3 * * *" };
  const counts = GoogleTemplate.wordCount({ inputFile: "gs://in/a", output: "gs://out/b" });
  const rows = GoogleTemplate.pubsubToText({ subscription: aSubscription(stack), outputDirectory: "gs://lake/" });
  // @ts-expect-error a batch job is no resource
  new ClassicTemplateJob(stack, "a", { template: counts, ...files });
  // @ts-expect-error a flex template is none of the classic ones
  new ClassicTemplateJob(stack, "b", { template: rows, ...files });
  // @ts-expect-error a streaming job is not run by the clock
  new DataflowLaunch(stack, "c", { template: rows, schedule, ...files });
  // @ts-expect-error FlexRS is of flex templates
  new DataflowLaunch(stack, "d", { template: counts, schedule, flexRS: true, ...files });
  // @ts-expect-error Streaming Engine is of streaming jobs
  new DataflowLaunch(stack, "e", { template: counts, schedule, streamingEngine: true, ...files });
  // @ts-expect-error FlexRS is of batch jobs
  new FlexTemplateJob(stack, "f", { template: rows, flexRS: true, ...files });
  // @ts-expect-error the resource of classic templates takes no disks
  new ClassicTemplateJob(stack, "g", { template: counts, disk: { size: "50Gi" }, ...files });
  // @ts-expect-error without a network, workers look for "default"
  new FlexTemplateJob(stack, "h", { template: rows, bucket: files.bucket });
}

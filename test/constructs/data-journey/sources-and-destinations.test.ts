/** Where a journey's pipelines read from beside their events, and what their rows go into. */
import { describe, expect, test } from "vitest";
import { BigtableInstance, BigtableTable } from "../../../constructs/bigtable";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table, type AnyTable } from "../../../constructs/bigquery/table";
import type { GcpStack } from "../../../constructs/core/stack";
import { DataJourney } from "../../../constructs/data-journey/data-journey";
import type { Destination } from "../../../constructs/data-journey/destination";
import { EventTopic } from "../../../constructs/data-journey/event-topic";
import { Runner } from "../../../constructs/data-journey/runners";
import type { RowsSource, StreamSource } from "../../../constructs/data-journey/source";
import { FirestoreDatabase } from "../../../constructs/firestore";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import type { Template } from "../../../constructs/testing/template";
import { float, nullable, string } from "../../../pipeline";
import { aStack, messageOf, templateOf } from "../support";
import { enriched, large, Order, Product, shipped, Shipment } from "./events";

const journeyOf = (stack: GcpStack): DataJourney<typeof Order.fields> =>
  new DataJourney(stack, "journey", { event: Order });

/** A pipeline that upserts into a table of somebody's. */
const upserted = (table: AnyTable): unknown =>
  journeyOf(aStack()).process(large, { runner: Runner.workerPool(), into: { large: { table, write: "upsert" } } });

/** A variable of the only worker pool. */
function told(template: Template, name: string): unknown {
  const pool = Object.values(template.allResources("google_cloud_run_v2_worker_pool"))[0];
  const { template: revision } = pool as {
    readonly template: { readonly containers: readonly [{ readonly env: readonly { name: string; value: string }[] }] };
  };
  return JSON.parse(String(revision.containers[0].env.find((variable) => variable.name === name)?.value));
}

const rightsOf = (template: Template, type: string): string[] =>
  Object.values(template.allResources(`google_${type}_iam_member`)).map(({ role }) => String(role));

const enrichFrom = (source: (stack: GcpStack) => RowsSource): Template =>
  templateOf((stack) => {
    journeyOf(stack).process(enriched, {
      runner: Runner.workerPool(),
      from: { products: source(stack) },
      into: { enriched: "enriched" },
    });
  });
const shop = (stack: GcpStack): Dataset => new Dataset(stack, "shop");

describe("rows to look others up in", () => {
  test("come from a table, which the pipeline may read", () => {
    const template = enrichFrom((stack) => new Table(stack, "products", { dataset: shop(stack), columns: Product }));
    expect(told(template, "INPUTS")).toEqual({
      orders: { subscription: "${google_pubsub_subscription.enriched-orders.id}" },
      products: {
        table:
          "acme-dev.${google_bigquery_table.shop-products.dataset_id}.${google_bigquery_table.shop-products.table_id}",
      },
    });
    template.hasResource("google_bigquery_table_iam_member", {
      role: "roles/bigquery.dataViewer",
      member: "${google_service_account.enriched-orders.member}",
      table_id: "${google_bigquery_table.shop-products.table_id}",
    });
  });

  test("come from a query, which the pipeline may run, and whose tables it may read", () => {
    const template = enrichFrom((stack) => {
      const dataset = shop(stack);
      return { query: `SELECT product_id, category FROM \`${dataset.fullName}.products\``, reads: [dataset] };
    });
    expect(told(template, "INPUTS")).toMatchObject({
      products: { query: "SELECT product_id, category FROM `acme-dev.shop.products`" },
    });
    expect(rightsOf(template, "project")).toEqual(["roles/bigquery.jobUser"]);
    template.hasResource("google_bigquery_dataset_iam_member", { role: "roles/bigquery.dataViewer" });
  });

  test("come from files, whose bucket the pipeline may read", () => {
    const template = enrichFrom((stack) => ({
      bucket: new Bucket(stack, "catalogue"),
      files: "products/*.csv",
      format: { type: "csv", header: true },
    }));
    expect(told(template, "INPUTS")).toMatchObject({
      products: {
        files: "gs://${google_storage_bucket.catalogue.name}/products/*.csv",
        format: { type: "csv", header: true },
      },
    });
    template.hasResource("google_storage_bucket_iam_member", {
      bucket: "${google_storage_bucket.catalogue.name}",
      role: "roles/storage.objectViewer",
    });
  });

  test("cannot come from nowhere, nor from a stream", () => {
    const journey = journeyOf(aStack());
    const options = { runner: Runner.workerPool(), into: { enriched: "enriched" } };
    expect(messageOf(() => journey.process(enriched, options as never))).toContain(
      "products is no stream: say where it comes from (from: { products })",
    );
    const stream = new Topic(aStack(), "products");
    const other = journeyOf(aStack());
    expect(messageOf(() => other.process(enriched, { ...options, from: { products: stream } } as never))).toContain(
      "products is read as a whole, and from gives a stream: give a table, a query or files",
    );
  });
});

const joinWith = (source: (stack: GcpStack) => StreamSource): Template =>
  templateOf((stack) => {
    journeyOf(stack).process(shipped, {
      runner: Runner.workerPool(),
      from: { shipments: source(stack) },
      into: { shipped: "shipped" },
    });
  });

describe("a second stream", () => {
  const both = [
    "${google_pubsub_subscription.shipped-orders.id}",
    "${google_pubsub_subscription.shipped-orders-shipments.id}",
  ];

  test.each<[string, (stack: GcpStack) => StreamSource, string]>([
    [
      "another journey's events",
      (stack) => new EventTopic(stack, "shipments", { event: Shipment }),
      "shipped-orders-shipments",
    ],
    ["a topic", (stack) => new Topic(stack, "shipments"), "shipped-orders-shipments"],
    [
      "a topic, of which a part, by a subscription of another name",
      (stack) => ({ topic: new Topic(stack, "shipments"), subscription: "late", filter: "attributes:late" }),
      "late",
    ],
    [
      "a subscription that is there",
      (stack) => new PullSubscription(stack, "mine", { topic: new Topic(stack, "shipments") }),
      "mine",
    ],
  ])("is %s", (_, source, subscription) => {
    const template = joinWith(source);
    expect(told(template, "INPUTS")).toEqual({
      orders: { subscription: both[0] },
      shipments: { subscription: `\${google_pubsub_subscription.${subscription}.id}` },
    });
    expect(Object.keys(template.allResources("google_pubsub_subscription_iam_member"))).toEqual(
      [
        `${subscription}-pubsub-subscriber-shipped-orders`,
        "shipped-orders-pubsub-subscriber-shipped-orders",
      ].toSorted(),
    );
  });

  test("has the filter that it was given", () => {
    const template = joinWith((stack) => ({ topic: new Topic(stack, "shipments"), filter: "attributes:late" }));
    expect(template.resource("google_pubsub_subscription.shipped-orders-shipments")).toMatchObject({
      filter: "attributes:late",
    });
  });

  test("cannot be a table, nor be unknown to the pipeline", () => {
    const stack = aStack();
    const table = new Table(stack, "shipments", { dataset: new Dataset(stack, "shop"), columns: Shipment });
    const from = { shipments: table, returns: table };
    const options = { runner: Runner.workerPool(), from, into: { shipped: "shipped" } };
    const message = messageOf(() => journeyOf(stack).process(shipped, options as never));
    expect(message).toContain("shipments is a stream, and from gives what is read as a whole: give a topic");
    expect(message).toContain("from has returns, which the pipeline does not read");
  });

  test("cannot be pushed", () => {
    const stack = aStack();
    const options = {
      runner: Runner.pushService() as unknown as Runner,
      from: { shipments: new Topic(stack, "shipments") },
      into: { shipped: "shipped" },
    };
    expect(messageOf(() => journeyOf(stack).process(shipped, options))).toContain(
      "pipeline shipped-orders reads the streams orders and shipments, and a service is pushed one: Runner.workerPool()",
    );
  });
});

const into = (to: (stack: GcpStack) => Destination<{ order_id: never }>): Template =>
  templateOf((stack) => {
    journeyOf(stack).process(large, { runner: Runner.workerPool(), into: { large: to(stack) as Destination } });
  });
const output = (template: Template): unknown => (told(template, "OUTPUTS") as { readonly large: unknown }).large;

describe("an output goes", () => {
  const table =
    "acme-dev.${google_bigquery_table.order_event-large.dataset_id}.${google_bigquery_table.order_event-large.table_id}";

  test("into a table that is made, with a table's options", () => {
    const template = into(() => ({
      table: "large",
      write: "upsert",
      primaryKey: ["order_id"],
      clustering: ["order_id"],
      description: "Large ones",
    }));
    expect(output(template)).toEqual({ table, write: "upsert" });
    expect(template.resource("google_bigquery_table.order_event-large")).toMatchObject({
      clustering: ["order_id"],
      description: "Large ones",
      table_constraints: { primary_key: { columns: ["order_id"] } },
    });
    expect(rightsOf(template, "bigquery_table")).toEqual(["roles/bigquery.dataEditor"]);
  });

  test("into a table of yours", () => {
    const template = into((stack) => {
      const columns = [
        { name: "order_id", type: "STRING", mode: "REQUIRED" },
        { name: "amount", type: "FLOAT", mode: "NULLABLE" },
      ] as const;
      return {
        table: new Table(stack, "large", { dataset: new Dataset(stack, "mine"), columns }),
        write: "append",
      };
    });
    expect(output(template)).toEqual({ table: table.replaceAll("order_event", "mine"), write: "append" });
  });

  test("into a table for each value of a field, made as it is needed", () => {
    const template = into(() => ({ tables: "orders_{order_id}" }));
    expect(output(template)).toEqual({
      tables: "acme-dev.${google_bigquery_dataset.order_event.dataset_id}.orders_{order_id}",
    });
    expect(rightsOf(template, "bigquery_dataset")).toEqual(["roles/bigquery.dataEditor"]);
  });

  test("into a topic, with ordering keys and attributes", () => {
    const template = into((stack) => ({
      topic: new Topic(stack, "large"),
      orderingKey: "order_id",
      attributes: ["order_id"],
    }));
    expect(output(template)).toEqual({
      topic: "${google_pubsub_topic.large.id}",
      orderingKey: "order_id",
      attributes: ["order_id"],
    });
  });

  test("into files of the journey's bucket, or of another", () => {
    const ours = into(() => ({ files: "large/orders", format: "json-lines" }));
    expect(output(ours)).toEqual({
      files: "gs://${google_storage_bucket.order-event-pipelines.name}/large/orders",
      format: { type: "json-lines" },
    });
    const theirs = into((stack) => ({
      files: "large",
      bucket: new Bucket(stack, "lake"),
      format: { type: "csv", delimiter: ";" },
      suffix: ".csv.gz",
      shards: 3,
      every: "10m",
    }));
    expect(output(theirs)).toEqual({
      files: "gs://${google_storage_bucket.lake.name}/large",
      format: { type: "csv", delimiter: ";" },
      suffix: ".csv.gz",
      shards: 3,
      every: "10m",
    });
    theirs.hasResource("google_storage_bucket_iam_member", {
      bucket: "${google_storage_bucket.lake.name}",
      role: "roles/storage.objectUser",
    });
  });

  test.each<[Destination, string]>([
    [{ tables: "orders_{region}" }, 'large: names the field "region", which the output large does not have'],
    [{ table: "large", write: "truncate" }, 'large replaces a table at the end ("truncate"), and a stream has none'],
    [{ table: "large", write: "upsert" }, 'large: is written by "upsert", and its table has no primaryKey'],
    [
      { table: "large", write: "upsert", primaryKey: ["order_id"], partition: { requireFilter: true } },
      'large: is written by "upsert", and partition.requireFilter then needs a maxStaleness',
    ],
    [
      { bigtable: { path: "", grantWrite: () => expect.unreachable() }, family: "f", key: ["order_id", "amount"] },
      'large: has "amount" in its key, a NULLABLE FLOAT, which cannot be one: round it, or take a text',
    ],
  ])("nowhere that does not fit: %j", (to, says) => {
    const options = { runner: Runner.workerPool(), into: { large: to } };
    expect(messageOf(() => journeyOf(aStack()).process(large, options))).toContain(says);
  });

  test("into rows of Bigtable and documents of Firestore, with a right on the table and on the database alone", () => {
    const rows = into((stack) => ({
      bigtable: new BigtableTable(stack, "states", {
        name: "states",
        instance: new BigtableInstance(stack, "instance", { name: "orders" }),
        families: { state: { garbage: { maxVersions: 1 } } },
      }),
      family: "state",
      key: "order_id",
    }));
    expect(output(rows)).toEqual({
      bigtable: "${google_bigtable_table.orders-states.id}",
      family: "state",
      key: ["order_id"],
    });
    expect(rightsOf(rows, "bigtable_table")).toEqual(["roles/bigtable.user"]);
    const documents = into((stack) => ({
      documents: "orders",
      database: new FirestoreDatabase(stack, "database", { name: "orders" }),
      key: "order_id",
    }));
    expect(output(documents)).toEqual({
      documents: "${google_firestore_database.orders.id}/documents/orders",
      key: ["order_id"],
    });
    documents.hasResource("google_project_iam_member", {
      role: "roles/datastore.user",
      condition: { expression: 'resource.name == "projects/acme-dev/databases/orders"' },
    });
  });

  test("into a table of yours by upsert, if that has a primary key or nobody told", () => {
    const stack = aStack();
    const dataset = new Dataset(stack, "mine");
    const columns = { order_id: string(), amount: nullable(float()) };
    expect(messageOf(() => upserted(new Table(stack, "large", { dataset, columns })))).toContain("has no primaryKey");
    upserted(new Table(stack, "keyed", { dataset, columns, primaryKey: ["order_id"] }));
    upserted(Table.fromName(stack, "theirs", { dataset, name: "theirs" }));
  });

  test("into a table of yours without options, which are the table's own", () => {
    const stack = aStack();
    const table = Table.fromName(stack, "theirs", { dataset: new Dataset(stack, "mine"), name: "theirs" });
    const to = { table, clustering: ["order_id"], description: "Large ones" };
    expect(
      messageOf(() => journeyOf(stack).process(large, { runner: Runner.workerPool(), into: { large: to } })),
    ).toContain("large: has clustering and description for a table of yours: give them to the table itself");
  });

  test("by no fields but its own", () => {
    const stack = aStack();
    const topic = new Topic(stack, "large");
    const to = { topic, orderingKey: "region", attributes: ["amount", "x"] } as unknown as Destination;
    const message = messageOf(() =>
      journeyOf(stack).process(large, { runner: Runner.workerPool(), into: { large: to } }),
    );
    expect(message).toContain('names the field "region"');
    expect(message).toContain('names the field "x"');
    expect(message).not.toContain('"amount"');
  });
});

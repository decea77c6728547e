import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CloudError } from "../../../../../local/errors";
import { agent, type Cloud, cloud, settle, subscriptionPath, topicPath, until } from "../cloud";

const table = "acme-dev.raw.clicks";
const tablePath = "bigquery.googleapis.com/projects/acme-dev/datasets/raw/tables/clicks";
const metadata = [
  { name: "subscription_name", type: "STRING" },
  { name: "message_id", type: "STRING" },
  { name: "publish_time", type: "TIMESTAMP" },
  { name: "attributes", type: "JSON" },
];

let c: Cloud;
beforeEach(async () => {
  c = cloud();
  c.host.access
    .allow(agent, "bigquery.tables.get", tablePath)
    .allow(agent, "bigquery.tables.updateData", tablePath)
    .allow(agent, "pubsub.topics.publish", topicPath("dead"))
    .allow(agent, "pubsub.subscriptions.consume", subscriptionPath("raw"));
  await c.apply("google_pubsub_topic", { name: "clicks" });
  await c.apply("google_pubsub_topic", { name: "dead" });
  await c.apply("google_pubsub_subscription", { name: "kept", topic: "dead" });
});
afterEach(() => c.close());

const landed = (
  bigquery: { readonly [argument: string]: unknown } = {},
  more: { readonly [argument: string]: unknown } = {},
) =>
  c.apply("google_pubsub_subscription", {
    name: "raw",
    topic: "clicks",
    bigquery_config: { table, ...bigquery },
    ...more,
  });
const rows = () => c.tables.rows.get(table) ?? [];

describe("a row", () => {
  test.each([
    ["STRING", "hello", "hello"],
    ["BYTES", "hello", Buffer.from("hello").toString("base64")],
    ["JSON", '{"a":1}', '{"a":1}'],
  ])("has the data in a %s column", async (type, data, expected) => {
    c.tables.create(table, [{ name: "data", type }]);
    await landed();
    await c.pubsub.start();
    await c.publish(data);
    await until(() => c.held("raw").length === 0);
    expect(rows()).toEqual([{ data: expected, _by: agent }]);
  });

  test("has the metadata beside it, where they are asked for", async () => {
    c.tables.create(table, [{ name: "data", type: "STRING" }, ...metadata]);
    await landed({ write_metadata: true, table: "acme-dev:raw.clicks" });
    await c.pubsub.start();
    await c.publish("hello", { attributes: { a: "b" } });
    await until(() => rows().length === 1);
    expect(rows()[0]).toEqual({
      data: "hello",
      subscription_name: "projects/acme-dev/subscriptions/raw",
      message_id: expect.stringMatching(/^\d+$/) as string,
      publish_time: new Date(c.clock.now()).toISOString(),
      attributes: '{"a":"b"}',
      _by: agent,
    });
  });

  test("is made of the fields of a JSON object, by the table's columns", async () => {
    c.tables.create(table, [
      { name: "user", type: "STRING", mode: "REQUIRED" },
      { name: "count", type: "INTEGER" },
    ]);
    await landed({ use_table_schema: true, drop_unknown_fields: true });
    await c.pubsub.start();
    await c.publish('{"user":"u1","count":3,"more":true}');
    await c.publish('{"user":"u2","count":9007199254740993}');
    await until(() => rows().length === 2);
    expect(rows()).toEqual([
      { user: "u1", count: 3, _by: agent },
      { user: "u2", count: "9007199254740993", _by: agent },
    ]);
  });

  test("is made of the fields of the topic's schema", async () => {
    await c.apply("google_pubsub_schema", {
      name: "click",
      type: "AVRO",
      definition: JSON.stringify({
        type: "record",
        name: "click",
        fields: [
          { name: "user", type: "string" },
          { name: "count", type: ["null", "int"] },
        ],
      }),
    });
    await c.apply("google_pubsub_topic", { name: "typed", schema_settings: { schema: "click", encoding: "JSON" } });
    c.tables.create(table, [
      { name: "user", type: "STRING" },
      { name: "count", type: "INTEGER" },
    ]);
    await landed({ use_topic_schema: true }, { topic: "typed" });
    await c.pubsub.start();
    await c.publish('{"user":"u1","count":{"int":3}}', { topic: "typed" });
    await until(() => rows().length === 1);
    expect(rows()[0]).toEqual({ user: "u1", count: 3, _by: agent });
  });
});

test("messages are written in batches", async () => {
  c.tables.create(table, [{ name: "data", type: "STRING" }]);
  await landed();
  for (let at = 0; at < 1_500; at++) await c.publish(`m${at}`);
  await c.pubsub.start();
  await until(() => rows().length === 1_500);
  expect(c.tables.batches).toEqual([1_000, 500]);
});

describe("a message that does not fit", () => {
  const dead = { dead_letter_policy: { dead_letter_topic: "projects/acme-dev/topics/dead", max_delivery_attempts: 5 } };

  test.each([
    ["not JSON", "the data is not JSON"],
    ["[1]", "the data is not a JSON object"],
    ['{"count":1}', "user is REQUIRED and missing"],
    ['{"user":"u","count":"x"}', 'count: "x" is not an INTEGER'],
    ['{"user":"u","more":1}', `the table ${table} has no column more`],
  ])("%s goes to the dead letters with the reason, the others into the table", async (data, reason) => {
    c.tables.create(table, [
      { name: "user", type: "STRING", mode: "REQUIRED" },
      { name: "count", type: "INTEGER" },
    ]);
    await landed({ use_table_schema: true }, dead);
    for (const good of ["u1", "u2", "u3"]) await c.publish(JSON.stringify({ user: good }));
    await c.publish(data);
    await c.publish(JSON.stringify({ user: "u4" }));
    await c.pubsub.start();
    for (let attempt = 0; attempt < 6; attempt++) {
      await settle();
      c.clock.advance(60_000);
    }
    await until(() => c.held("raw").length === 0);
    expect(
      rows()
        .map(({ user }) => String(user))
        .toSorted(),
    ).toEqual(["u1", "u2", "u3", "u4"]);
    const [letter] = c.pubsub.peek("projects/acme-dev/subscriptions/kept");
    expect(Buffer.from(letter?.data ?? []).toString()).toBe(data);
    expect(letter?.attributes).toMatchObject({
      CloudPubSubDeadLetterSourceDeliveryCount: "5",
      CloudPubSubDeadLetterSourceDeliveryErrorMessage: expect.stringContaining(reason) as string,
    });
  });

  test("is delivered again and again without dead letters, and does not stop the others", async () => {
    c.tables.create(table, [{ name: "data", type: "JSON" }]);
    await landed({}, { retry_policy: { minimum_backoff: "10s", maximum_backoff: "10s" } });
    await c.pubsub.start();
    await c.publish("not JSON");
    await settle();
    await c.publish("{}");
    c.clock.advance(200);
    await until(() => rows().length === 1);
    c.clock.advance(60_000);
    await settle();
    expect(c.held("raw")).toEqual(["not JSON"]);
    expect(c.counters("google_pubsub_subscription.raw").delivered).toBeGreaterThan(2);
  });
});

test("a table that cannot be written is told once, left alone for a while, and written when it can be", async () => {
  c.tables.create(table, [{ name: "data", type: "STRING" }]);
  await landed();
  await c.pubsub.start();
  c.tables.broken = new CloudError("PERMISSION_DENIED", "the grant was taken back");
  await c.publish("hello");
  for (let pause = 100; pause <= 800; pause *= 2) {
    await settle();
    c.clock.advance(pause);
  }
  await settle();
  expect(c.warnings()).toEqual([
    `projects/acme-dev/subscriptions/raw: nothing can be written to ${table}: the grant was taken back`,
  ]);
  c.tables.broken = undefined;
  c.clock.advance(1_600);
  await until(() => rows().length === 1);
});

describe("the stack's apply is refused", () => {
  test("when Pub/Sub's agent may not write to the table", async () => {
    c.tables.create(table, [{ name: "data", type: "STRING" }]);
    c.host.access.revoke(agent, "bigquery.tables.updateData", tablePath);
    await expect(landed()).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    expect(c.host.access.denials[0]).toMatchObject({
      member: agent,
      permission: "bigquery.tables.updateData",
      resource: tablePath,
    });
  });

  test("unless the subscription writes as an account that may", async () => {
    const writer = "writer@acme-dev.iam.gserviceaccount.com";
    c.tables.create(table, [{ name: "data", type: "STRING" }]);
    c.host.access
      .revoke(agent, "bigquery.tables.updateData", tablePath)
      .allow(`serviceAccount:${writer}`, "bigquery.tables.get", tablePath)
      .allow(`serviceAccount:${writer}`, "bigquery.tables.updateData", tablePath);
    await landed({ service_account_email: writer });
    await c.pubsub.start();
    await c.publish("hello");
    await until(() => rows().length === 1);
    expect(rows()[0]).toEqual({ data: "hello", _by: `serviceAccount:${writer}` });
  });

  test("when there is no table, or its name is none", async () => {
    await expect(landed()).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(landed({ table: "raw.clicks" })).rejects.toThrow(
      'bigquery_config.table is "raw.clicks": it is project.dataset.table',
    );
  });

  test.each([
    [{}, [{ name: "payload", type: "STRING" }], "it has no column data"],
    [{}, [{ name: "data", type: "INTEGER" }], "its column data is INTEGER, and should be STRING or BYTES or JSON"],
    [
      {},
      [
        { name: "data", type: "STRING" },
        { name: "id", type: "STRING", mode: "REQUIRED" },
      ],
      "its column id is REQUIRED",
    ],
    [{ write_metadata: true }, [{ name: "data", type: "STRING" }], "it has no column subscription_name"],
    [
      { write_metadata: true },
      [{ name: "data", type: "STRING" }, ...metadata.map((one) => ({ ...one, type: "STRING" }))],
      "its column publish_time is STRING, and should be TIMESTAMP",
    ],
  ])("when messages cannot be its rows: %o", async (config, columns, message) => {
    c.tables.create(table, columns);
    await expect(landed(config)).rejects.toThrow(message);
  });

  test("when rows are to follow a schema that the topic does not have", async () => {
    c.tables.create(table, [{ name: "data", type: "STRING" }]);
    await expect(landed({ use_topic_schema: true })).rejects.toThrow(
      "the topic projects/acme-dev/topics/clicks has no schema",
    );
  });
});

import { Testing } from "cdktf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Template } from "../../../constructs/testing/template";
import { BigQuery } from "../../../local/services/bigquery/bigquery";
import { GamingEvents } from "../../../stacks/gaming-events/stack";
import { stages } from "../../../stacks/gaming-events/stages";
import { fakeHost, you, type FakeHost } from "../../local/support/host";

let host: FakeHost;
let bigquery: BigQuery;

/** The stack's dataset, its raw table and the view, as the local cloud makes them. */
beforeAll(async () => {
  const template = Template.fromStack(new GamingEvents(Testing.app({ stackTraces: false }), "test", stages.dev));
  host = fakeHost();
  bigquery = new BigQuery(host);
  for (const address of [
    "google_bigquery_dataset.data_journey",
    "google_bigquery_table.data_journey-pubsub_direct",
    "google_bigquery_table.data_journey-clicks",
  ]) {
    const [type = "", name = ""] = address.split(".");
    const config = resolved(template.resource(address)) as { readonly [argument: string]: unknown };
    await bigquery.resources.find((each) => each.type === type)?.apply({ address, type, name, config });
  }
});

afterAll(async () => {
  await bigquery.stop();
  await host.close();
});

/** What Terraform makes of the references: names, here. */
function resolved(config: unknown): unknown {
  const text = JSON.stringify(config)
    .replaceAll("${google_bigquery_dataset.data_journey.dataset_id}", "data_journey")
    .replaceAll("${google_bigquery_table.data_journey-pubsub_direct.dataset_id}", "data_journey")
    .replaceAll("${google_bigquery_table.data_journey-pubsub_direct.table_id}", "pubsub_direct");
  return JSON.parse(text);
}

const land = (message_id: string, data: string): Promise<void> =>
  bigquery.append(you, "acme-dev.data_journey.pubsub_direct", [
    { message_id, data, publish_time: "2024-05-06T12:00:00Z", subscription_name: "s", attributes: "{}" },
  ]);

test("the view reads a click's fields out of the text, each in its type", async () => {
  const click = {
    event_id: "e1",
    event_date: "20240506",
    event_timestamp: 1_714_996_800_123_456,
    event_name: "purchase",
    user_pseudo_id: "1.2",
    value: 9.5,
    platform: "WEB",
    device: { category: "desktop", language: "de-de" },
    geo: { country: "Kenya" },
    event_params: [
      { key: "page_location", value: { string_value: "https://games.example/" } },
      { key: "engagement_time_msec", value: { int_value: 7 } },
    ],
  };
  await land("1", JSON.stringify(click));
  const [row] = await bigquery.query("SELECT * FROM `acme-dev.data_journey.clicks` WHERE message_id = '1'");
  expect(row).toMatchObject({
    message_id: "1",
    event_name: "purchase",
    value: 9.5,
    geo: { country: "Kenya" },
    event_params: [
      { key: "page_location", value: { string_value: "https://games.example/", int_value: null } },
      { key: "engagement_time_msec", value: { string_value: null, int_value: 7 } },
    ],
  });
  const [times] = await bigquery.query(
    "SELECT UNIX_MICROS(event_timestamp) AS micros FROM `acme-dev.data_journey.clicks` WHERE message_id = '1'",
  );
  expect(Number(times?.["micros"])).toBe(click.event_timestamp);
});

test.each([
  ["2", "no JSON at all"],
  ["3", '{"event_timestamp": "yesterday", "value": {}, "geo": 5, "event_params": [1, null, {"key": 2}]}'],
  ["4", "[]"],
])("a message that is no click is a row with its id (%s), and fails no query", async (id, data) => {
  await land(id, data);
  const [row] = await bigquery.query(
    `SELECT message_id, event_name, value, event_timestamp FROM \`acme-dev.data_journey.clicks\` WHERE message_id = '${id}'`,
  );
  expect(row).toEqual({ message_id: id, event_name: null, value: null, event_timestamp: null });
});

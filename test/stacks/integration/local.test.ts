/** What of the stack runs on one machine, run there: from the topics to the table and the bucket. */
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, afterAll, expect, test } from "vitest";
import { findApp, synthesize } from "../../../cli/app";
import { LocalCloud } from "../../../local/cloud";
import { findStack } from "../../../local/stack/find";
import { testIo } from "../../cli/support";

const root = join(__dirname, "../../..");
// Pub/Sub takes no message without anything in it. Whether e-018 is too late depends on how fast the others are read.
const messages = readFileSync(join(root, "stacks/integration/data/events.jsonl"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.includes("e-018"));

let cloud: LocalCloud;
const ending: (() => unknown)[] = [];

beforeAll(async () => {
  const synthesized = await synthesize(findApp(root), testIo());
  ending.push(() => synthesized.remove());
  cloud = await LocalCloud.start({ stack: findStack(synthesized.out, "integration", root) });
  ending.unshift(() => cloud.stop());
}, 120_000);
afterAll(async () => {
  for (const end of ending) await end();
});

const counter = (address: string, name: string): number => cloud.counters()[address]?.[name] ?? 0;
const as = (account: string) => cloud.door({ member: `serviceAccount:${account}@acme-dev.iam.gserviceaccount.com` });

async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await pause(20);
}

test("I9: purchases come out of the table by category and minute", { timeout: 150_000 }, async () => {
  const client = new PubSub({
    projectId: "acme-dev",
    apiEndpoint: (await as("input-ingest")).environment["PUBSUB_EMULATOR_HOST"],
    emulatorMode: true,
  });
  ending.unshift(() => client.close());
  for (const data of messages) await client.topic("input").publishMessage({ data: Buffer.from(data) });
  const query = `SELECT CONCAT(FORMAT_TIMESTAMP('%H:%M', minute), ' ', product_category) AS what, SUM(amount) AS amount
    FROM dataset.purchase_summary GROUP BY 1 ORDER BY 1`;
  await expect
    .poll(() => cloud.parts.bigquery.query(query), { timeout: 110_000 })
    .toEqual([
      { what: "08:00 books", amount: "32.8" },
      { what: "08:00 games", amount: "60" },
      { what: "08:01 books", amount: "7" },
      { what: "08:01 toys", amount: "0" },
      { what: "08:04 music", amount: "9.99" },
      { what: "08:30 games", amount: "30" },
    ]);
  expect(cloud.denials).toEqual([]);
});

test("I10: service B keeps what service A publishes", { timeout: 60_000 }, async () => {
  const client = new PubSub({
    projectId: "acme-dev",
    apiEndpoint: (await as("service-a")).environment["PUBSUB_EMULATOR_HOST"],
    emulatorMode: true,
  });
  ending.unshift(() => client.close());
  const requests = ["r-1", "r-2"].map((request_id) => ({ request_id, user_id: "anna", text: request_id }));
  const topic = client.topic("requests", { messageOrdering: true });
  for (const json of requests) await topic.publishMessage({ json, orderingKey: "anna" });
  await topic.publishMessage({ data: Buffer.from("no request"), orderingKey: "ben" });
  const bucket = "google_storage_bucket.service-b-requests";
  await until(() => counter(bucket, "objects") === 2);
  const apiEndpoint = (await as("service-b")).environment["STORAGE_EMULATOR_HOST"];
  const kept = new Storage({ projectId: "acme-dev", apiEndpoint }).bucket("acme-dev-service-b-requests");
  const [content] = await kept.file("requests/anna/r-2.json").download();
  expect(JSON.parse(content.toString())).toEqual(requests[1]);
  await until(() => counter("google_pubsub_subscription.requests-dead-letters-kept", "backlog") === 1);
  expect(cloud.denials.filter(({ resource }) => resource.includes("service-b"))).toEqual([]);
});

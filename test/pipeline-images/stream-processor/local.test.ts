import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { integer, nullable, pipeline, repeated, schema, string } from "../../../pipeline";
import type { OutputBindings } from "../../../pipeline/bindings";
import { paths, type ProcessorStatus } from "../../../pipeline-images/stream-processor/contract";
import { fieldSpecs } from "../../../pipeline/schema/field-spec";
import { parquet } from "../../../pipeline-images/stream-processor/formats/parquet";
import { cloudOf } from "../../../pipeline-images/stream-processor/google/cloud";
import { openFile } from "../../../pipeline-images/stream-processor/place";
import { runPull } from "../../../pipeline-images/stream-processor/processor/pull-service";
import { type PullEnvironment, readSettings } from "../../../pipeline-images/stream-processor/settings";
import { systemClock } from "../../../runtime/clock";
import { you } from "../../local/support/host";
import { clicksPipeline } from "./support/journey";
import { localServices, makeJourney, passing, passUntil } from "./support/local";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "journey-processor-"))));
afterEach(() => rmSync(folder, { recursive: true }));

async function scene(spec: object = clicksPipeline, outputs?: OutputBindings) {
  const services = await localServices();
  writeFileSync(join(folder, "spec.json"), JSON.stringify(spec));
  const settings = readSettings(
    {
      ...(await makeJourney(services)),
      ...(outputs && { OUTPUTS: JSON.stringify(outputs) }),
      PORT: "0",
      PIPELINE: join(folder, "spec.json"),
      CHECKPOINTS: "gs://acme-checkpoints/clicks",
      CHECKPOINT_EVERY: "200ms",
    },
    [],
  ) as PullEnvironment;
  return { ...services, settings };
}

/** Runs until it is drained. */
async function drainedAfter(
  { clock, environment, pubsub, settings }: Awaited<ReturnType<typeof scene>>,
  events: readonly object[],
): Promise<void> {
  const running = await passing(
    clock,
    runPull(settings, cloudOf(environment, clock), clock, () => {}),
  );
  const url = `http://127.0.0.1:${running.port}`;
  let ready = false;
  const look = (): void => void fetch(`${url}/readyz`).then(({ ok }) => (ok ? (ready = true) : look()));
  look();
  await passUntil(clock, () => ready);
  const messages = events.map((event) => ({ data: Buffer.from(JSON.stringify(event)), attributes: {} }));
  await passing(clock, Promise.resolve(pubsub.publish("projects/acme-dev/topics/clicks", messages, you)));
  expect((await passing(clock, fetch(`${url}/drain`, { method: "POST" }))).status).toBe(200);
  expect(await passing(clock, running.ended)).toBe("drained");
}

test("a topic of the local cloud has the rows with their ordering keys and attributes", async () => {
  const Click = schema("click", { user: string(), place: integer() });
  const passed = pipeline("clicks", { clicks: Click }, ({ clicks }) => ({ out: clicks }));
  const topic = "projects/acme-dev/topics/out";
  const made = await scene(passed, { out: { topic, orderingKey: "user", attributes: ["place"] } });
  await made.apply("google_pubsub_topic", { name: "out" });
  await made.apply("google_pubsub_subscription", { name: "out-pull", topic, enable_message_ordering: true });
  await drainedAfter(
    made,
    Array.from({ length: 60 }, (_, place) => ({ user: `user-${place % 3}`, place })),
  );
  const messages = made.pubsub.peek("projects/acme-dev/subscriptions/out-pull", 100);
  expect(messages).toHaveLength(60);
  for (const { data, attributes, orderingKey } of messages) {
    const row = JSON.parse(Buffer.from(data).toString()) as { user: string; place: number };
    expect(orderingKey).toBe(row.user);
    expect(attributes).toMatchObject({ place: String(row.place) });
  }
}, 60_000);

test("files in a local bucket are there when the pipeline is drained, and nothing of them beside them", async () => {
  const Click = schema("click", { user: string(), place: integer() });
  const passed = pipeline("clicks", { clicks: Click }, ({ clicks }) => ({
    columns: clicks,
    lines: clicks.select("user"),
  }));
  const made = await scene(passed, {
    columns: { files: "gs://acme-out/out/columns", format: { type: "parquet" } },
    lines: { files: "gs://acme-out/out/lines", format: { type: "text" }, suffix: ".txt.gz", shards: 2 },
  });
  await made.apply("google_storage_bucket", { name: "acme-out", location: "EU" });
  await drainedAfter(
    made,
    Array.from({ length: 60 }, (_, place) => ({ user: `user-${place % 3}`, place })),
  );
  const { storage } = cloudOf(made.environment, systemClock);
  const names = await storage.listObjects("acme-out", "", "");
  expect(names.map((name) => name.replace(/\d{4}-.*Z-/, ""))).toEqual([
    "out/columns-00000-of-00001.parquet",
    "out/lines-00000-of-00002.txt.gz",
    "out/lines-00001-of-00002.txt.gz",
  ]);
  const places: number[] = [];
  for await (const { bytes, starts, ends } of parquet.read(
    openFile(`gs://acme-out/${names[0]}`, storage),
    fieldSpecs(Click.fields),
  )) {
    for (const [i, start] of starts.entries()) {
      const row = JSON.parse(Buffer.from(bytes.subarray(start, ends[i])).toString()) as { place: number };
      places.push(row.place);
    }
  }
  expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, place) => place));
  const texts = await Promise.all(names.slice(1).map((name) => storage.readObject("acme-out", name)));
  const lines = texts.flatMap((text) =>
    gunzipSync(text ?? new Uint8Array(0))
      .toString()
      .trimEnd()
      .split("\n"),
  );
  expect(lines.toSorted()).toEqual(Array.from({ length: 60 }, (_, i) => `user-${Math.floor(i / 20)}`));
}, 60_000);

test("a table by upsert keeps one row for each key, the last; what it does not take is an error row", async () => {
  const Score = schema("score", { user: nullable(string()), points: integer() });
  const passed = pipeline("scores", { clicks: Score }, ({ clicks }) => ({ best: clicks }));
  const made = await scene(passed, { best: { table: "acme-dev.games.best", write: "upsert" } });
  await made.apply("google_bigquery_table", {
    dataset_id: "games",
    table_id: "best",
    schema: JSON.stringify([
      { name: "user", type: "STRING" },
      { name: "points", type: "INTEGER" },
    ]),
    table_constraints: { primary_key: { columns: ["user"] } },
  });
  await drainedAfter(made, [
    ...Array.from({ length: 60 }, (_, points) => ({ user: `user-${points % 3}`, points })),
    { user: null, points: 60 },
  ]);
  expect(await made.bigquery.query("SELECT user, points FROM `acme-dev.games.best` ORDER BY user")).toEqual([
    { user: "user-0", points: 57 },
    { user: "user-1", points: 58 },
    { user: "user-2", points: 59 },
  ]);
  const [dead, ...others] = made.pubsub.peek("projects/acme-dev/subscriptions/dead-kept");
  expect(others).toEqual([]);
  expect(dead?.attributes).toMatchObject({ reason: "write", step: "best" });
  expect(JSON.parse(Buffer.from(dead?.data ?? "").toString())).toMatchObject({
    error: "Primary key column user is missing",
    row: { points: 60 },
  });
}, 60_000);

test("a table for each value of a field is made with the columns of the rows, when the first of them comes", async () => {
  const Sale = schema("sale", { region: string(), cents: integer(), tags: repeated(string()) });
  const passed = pipeline("sales", { clicks: Sale }, ({ clicks }) => ({ by_region: clicks }));
  const made = await scene(passed, { by_region: { tables: "acme-dev.games.sales_{region}" } });
  // One is there already, of somebody else, and may have more columns.
  await made.apply("google_bigquery_table", {
    dataset_id: "games",
    table_id: "sales_eu",
    schema: JSON.stringify([
      { name: "note", type: "STRING" },
      { name: "region", type: "STRING" },
      { name: "cents", type: "INTEGER" },
      { name: "tags", type: "STRING", mode: "REPEATED" },
    ]),
  });
  const regions = ["eu", "us-east", "eu", "asia_1", "../eu", ""];
  await drainedAfter(
    made,
    regions.map((region, cents) => ({ region, cents, tags: ["new"] })),
  );
  const tables = await made.bigquery.query(
    "SELECT table_name FROM `acme-dev.games.INFORMATION_SCHEMA.TABLES` WHERE STARTS_WITH(table_name, 'sales_') ORDER BY table_name",
  );
  expect(tables.map(({ table_name }) => table_name)).toEqual(["sales_asia_1", "sales_eu", "sales_us-east"]);
  expect(await made.bigquery.query("SELECT cents, note FROM `acme-dev.games.sales_eu` ORDER BY cents")).toEqual([
    { cents: 0, note: null },
    { cents: 2, note: null },
  ]);
  expect(await made.bigquery.query("SELECT * FROM `acme-dev.games.sales_us-east`")).toEqual([
    { region: "us-east", cents: 1, tags: ["new"] },
  ]);
  const dead = made.pubsub.peek("projects/acme-dev/subscriptions/dead-kept");
  expect(dead.map(({ attributes }) => [attributes["step"], attributes["reason"]])).toEqual([
    ["by_region", "write"],
    ["by_region", "write"],
  ]);
}, 60_000);

test("through the local cloud's Pub/Sub, BigQuery and Cloud Storage, every click is one row and counts once", async () => {
  const { clock, environment, pubsub, bigquery, settings } = await scene();
  const running = await passing(
    clock,
    runPull(settings, cloudOf(environment, clock), clock, () => {}),
  );
  const url = `http://127.0.0.1:${running.port}`;
  let ready = false;
  const look = (): void => void fetch(`${url}/readyz`).then(({ ok }) => (ok ? (ready = true) : look()));
  look();
  await passUntil(clock, () => ready);

  const click = (i: number) => ({
    user: `user-${i % 7}`,
    name: "play",
    points: 1,
    at: new Date(clock.now()).toISOString(),
  });
  const messages = Array.from({ length: 500 }, (_, i) => ({
    data: Buffer.from(JSON.stringify(click(i))),
    attributes: {},
  }));
  messages.push({ data: Buffer.from('{"user":1}'), attributes: {} });
  await passing(clock, Promise.resolve(pubsub.publish("projects/acme-dev/topics/clicks", messages, you)));

  const drained = await passing(clock, fetch(`${url}/drain`, { method: "POST" }));
  expect(drained.status).toBe(200);
  expect(await drained.json()).toMatchObject({
    state: "drained",
    messages: 501,
    unwritten: 0,
    unacknowledged: 0,
    errors: { parse: 1 },
    problem: null,
  });
  expect(await passing(clock, running.ended)).toBe("drained");

  expect(await bigquery.query("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM `acme-dev.games.rows`")).toEqual([
    { n: 500, ids: 500 },
  ]);
  expect(
    await bigquery.query("SELECT SUM(clicks) AS clicks, COUNT(DISTINCT user) AS users FROM `acme-dev.games.activity`"),
  ).toEqual([{ clicks: 500, users: 7 }]);
  expect(pubsub.peek("projects/acme-dev/subscriptions/clicks-pull")).toEqual([]);
  const [dead] = pubsub.peek("projects/acme-dev/subscriptions/dead-kept");
  expect(dead?.attributes).toMatchObject({ pipeline: "clicks", reason: "parse", step: "clicks" });
}, 60_000);

test("--drain ends by the pipeline in the log, whatever the new one is, and has nothing to do when it is asked again", async () => {
  const { clock, environment, pubsub, bigquery, settings } = await scene();
  const start = (more: Partial<PullEnvironment>) =>
    passing(
      clock,
      runPull({ ...settings, ...more }, cloudOf(environment, clock), clock, () => {}),
    );
  const first = await start({});
  const state = async () =>
    (await (await fetch(`http://127.0.0.1:${first.port}${paths.state}`)).json()) as ProcessorStatus;
  const click = { user: "ada", name: "play", points: 1, at: new Date(clock.now()).toISOString() };
  const messages = Array.from({ length: 20 }, () => ({ data: Buffer.from(JSON.stringify(click)), attributes: {} }));
  await passing(clock, Promise.resolve(pubsub.publish("projects/acme-dev/topics/clicks", messages, you)));
  let worked = 0;
  const look = (): void => void state().then(({ messages: so }) => ((worked = so) < 20 ? look() : undefined));
  look();
  await passUntil(clock, () => worked === 20);
  await passing(clock, first.stop());
  writeFileSync(join(folder, "spec.json"), "no spec at all");
  const draining = await start({ drain: true });
  expect(await passing(clock, draining.ended)).toBe("drained");
  expect(await bigquery.query("SELECT SUM(clicks) AS clicks FROM `acme-dev.games.activity`")).toEqual([{ clicks: 20 }]);
  const again = await start({ drain: true });
  expect(await passing(clock, again.ended)).toBe("drained");
}, 60_000);

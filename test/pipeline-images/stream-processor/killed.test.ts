/** The very file that is deployed, as a process, killed with SIGKILL in the middle of its work. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { bundle } from "../../../local/images/bundle";
import { integer, pipeline, schema, string } from "../../../pipeline";
import type { OutputBindings } from "../../../pipeline/bindings";
import type { ProcessorStatus } from "../../../pipeline-images/stream-processor/contract";
import { you } from "../../local/support/host";
import { clicksPipeline } from "./support/journey";
import { localServices, makeJourney } from "./support/local";
import { freePort } from "../../runtime/support/free-port";

let folder: string;
const children = new Set<ChildProcess>();
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "journey-killed-"))));
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** The deployed file with a pipeline, and the services around it. */
async function deployed(spec: object, outputs?: OutputBindings) {
  const services = await localServices();
  const { clock } = services;
  // The services' time runs, and faster than the processor's. Were it to stand, what is delivered to a stream whose process is
  // dead, before its end is seen, would be leased for ever.
  const time = setInterval(() => clock.advance(100), 20);
  onTestFinished(() => clearInterval(time));
  const environment = { ...(await makeJourney(services)), ...(outputs && { OUTPUTS: JSON.stringify(outputs) }) };
  const { main } = await bundle(join(__dirname, "../../../pipeline-images/stream-processor"), join(folder, "cache"));
  writeFileSync(join(folder, "spec.json"), JSON.stringify(spec));

  /** A process that runs; its status, as long as it answers. */
  const start = async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [main], {
      env: {
        ...environment,
        PORT: String(port),
        PIPELINE: join(folder, "spec.json"),
        CHECKPOINTS: join(folder, "checkpoints"),
        CHECKPOINT_EVERY: "50ms",
        HEARTBEAT: "100ms",
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.add(child);
    const lines = createInterface({ input: child.stdout });
    await new Promise<void>((resolve) => {
      lines.on("line", (line) => {
        if (line.includes("owns ")) resolve();
      });
    });
    const url = `http://127.0.0.1:${port}`;
    const status = async (): Promise<ProcessorStatus> =>
      (await fetch(`${url}/state`)).json() as Promise<ProcessorStatus>;
    return { child, url, status };
  };
  const publish = (events: readonly object[]) => {
    const messages = events.map((event) => ({ data: Buffer.from(JSON.stringify(event)), attributes: {} }));
    return services.pubsub.publish("projects/acme-dev/topics/clicks", messages, you);
  };
  /** A last process takes what there is, and ends. */
  const drained = async (): Promise<ProcessorStatus> => {
    const { child, url, status } = await start();
    while (services.pubsub.peek("projects/acme-dev/subscriptions/clicks-pull", 1).length > 0) await status();
    const answer = (await (await fetch(`${url}/drain`, { method: "POST" })).json()) as ProcessorStatus;
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(0);
    return answer;
  };
  return { ...services, start, publish, drained };
}

test("killed twenty times in the middle of its work, it writes every click once and counts it once", async () => {
  const { clock, bigquery, start, publish, drained } = await deployed(clicksPipeline);
  const clicks = () =>
    Array.from({ length: 20 }, (_, i) => ({
      user: `user-${i % 11}`,
      name: "play",
      points: 1,
      at: new Date(clock.now()).toISOString(),
    }));

  const CLICKS = 1_000;
  let published = 0;
  for (let death = 0; death < 20; death += 1) {
    const { child, status } = await start();
    // In the middle of it: some of the new clicks are written, others are recorded or under way.
    const enough = published + Math.ceil(Math.random() * CLICKS);
    for (let sent = 0; sent < CLICKS; sent += 20) await publish(clicks());
    published += CLICKS;
    while (((await status()).rows["rows"] ?? 0) < enough);
    child.kill("SIGKILL");
    await once(child, "exit");
    // What it held comes back.
    clock.advance(11_000);
  }
  expect(await drained()).toMatchObject({
    state: "drained",
    messages: published,
    unwritten: 0,
    unacknowledged: 0,
  });

  const [rows] = await bigquery.query("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM `acme-dev.games.rows`");
  expect(rows).toEqual({ n: published, ids: published });
  const [activity] = await bigquery.query("SELECT SUM(clicks) AS clicks FROM `acme-dev.games.activity`");
  expect(activity).toEqual({ clicks: published });
}, 120_000);

test("told to leave under full load, it has recorded, written and released within ten seconds; the next one goes on at once", async () => {
  const { clock, bigquery, start, publish, drained } = await deployed(clicksPipeline);
  const clicks = () =>
    Array.from({ length: 100 }, (_, i) => ({
      user: `user-${i % 11}`,
      name: "play",
      points: 1,
      at: new Date(clock.now()).toISOString(),
    }));
  let published = 0;
  for (let round = 0; round < 3; round += 1) {
    const { child, status } = await start();
    let told = 0;
    const left = once(child, "exit").then(([code]) => code as number | null);
    // It has more than it can work on all the while, also when it is told to leave.
    for (let batch = 0; batch < 200; batch += 1) {
      await publish(clicks());
      published += 100;
      if (batch === 100) {
        while ((await status()).messages === 0);
        told = performance.now();
        child.kill("SIGTERM");
      }
    }
    expect(await left).toBe(0);
    expect(performance.now() - told).toBeLessThan(10_000);
    // What it gave back is free at once, but for what was on its way to it.
    clock.advance(11_000);
  }
  expect(await drained()).toMatchObject({ state: "drained", messages: published, unwritten: 0, unacknowledged: 0 });
  const [rows] = await bigquery.query("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM `acme-dev.games.rows`");
  expect(rows).toEqual({ n: published, ids: published });
}, 180_000);

test("killed ten times, a table by upsert never goes back, and tables by value have every row once", async () => {
  const Click = schema("click", { user: string(), region: string() });
  const both = pipeline("both", { clicks: Click.withMetadata() }, ({ clicks: all }) => ({
    latest: all.groupBy("user").stateful({
      state: { n: integer() },
      initial: { n: 0 },
      timeToLive: "1h",
      output: { user: string(), n: integer() },
      process: (click, { n }) => ({ state: { n: n + 1 }, output: [{ user: click.user, n: n + 1 }] }),
    }),
    by_region: all.map({ id: string(), region: string() }, (click) => ({ id: click.message_id, region: click.region })),
  }));
  const { clock, apply, bigquery, start, publish, drained } = await deployed(both, {
    latest: { table: "acme-dev.games.latest", write: "upsert" },
    by_region: { tables: "acme-dev.games.clicks_{region}" },
  });
  await apply("google_bigquery_table", {
    dataset_id: "games",
    table_id: "latest",
    schema: JSON.stringify([
      { name: "user", type: "STRING", mode: "REQUIRED" },
      { name: "n", type: "INTEGER", mode: "REQUIRED" },
    ]),
    table_constraints: { primary_key: { columns: ["user"] } },
  });
  const clicks = Array.from({ length: 20 }, (_, i) => ({ user: `user-${i % 5}`, region: `r${i % 4}` }));
  const least = async (): Promise<number> =>
    Number((await bigquery.query("SELECT MIN(n) AS n FROM games.latest"))[0]?.["n"] ?? 0);

  const CLICKS = 500;
  let published = 0;
  let before = 0;
  for (let death = 0; death < 10; death += 1) {
    const { child, status } = await start();
    const enough = published + Math.ceil(Math.random() * CLICKS);
    for (let sent = 0; sent < CLICKS; sent += 20) await publish(clicks);
    published += CLICKS;
    while (((await status()).rows["by_region"] ?? 0) < enough);
    child.kill("SIGKILL");
    await once(child, "exit");
    clock.advance(11_000);
    const now = await least();
    expect(now).toBeGreaterThanOrEqual(before);
    before = now;
  }
  expect(await drained()).toMatchObject({ state: "drained", messages: published, unwritten: 0, unacknowledged: 0 });
  expect(await bigquery.query("SELECT user, n FROM games.latest ORDER BY user")).toEqual(
    Array.from({ length: 5 }, (_, i) => ({ user: `user-${i}`, n: published / 5 })),
  );
  for (const region of ["r0", "r1", "r2", "r3"]) {
    const counted = await bigquery.query(`SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM games.clicks_${region}`);
    expect(counted).toEqual([{ n: published / 4, ids: published / 4 }]);
  }
}, 120_000);

/** The very file that is deployed, as a process, killed with SIGKILL in the middle of its work. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { bundle } from "../../../local/images/bundle";
import type { ProcessorStatus } from "../../../pipeline-images/stream-processor/contract";
import { you } from "../../local/support/host";
import { clicksPipeline } from "./support/journey";
import { localServices, makeJourney } from "./support/local";

let folder: string;
const children = new Set<ChildProcess>();
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "journey-killed-"))));
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

test("killed twenty times in the middle of its work, it writes every click once and counts it once", async () => {
  const services = await localServices();
  const { clock, pubsub, bigquery } = services;
  // The services' time runs, and faster than the processor's. Were it to stand, what is delivered to a stream whose process is
  // dead, before its end is seen, would be leased for ever.
  const time = setInterval(() => clock.advance(100), 20);
  onTestFinished(() => clearInterval(time));
  const environment = await makeJourney(services);
  const { main } = await bundle(join(__dirname, "../../../pipeline-images/stream-processor"), join(folder, "cache"));
  writeFileSync(join(folder, "spec.json"), JSON.stringify(clicksPipeline));

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
  const publish = (clicks: number) => {
    const messages = Array.from({ length: clicks }, (_, i) => {
      const click = { user: `user-${i % 11}`, name: "play", points: 1, at: new Date(clock.now()).toISOString() };
      return { data: Buffer.from(JSON.stringify(click)), attributes: {} };
    });
    return pubsub.publish("projects/acme-dev/topics/clicks", messages, you);
  };

  const CLICKS = 1_000;
  let published = 0;
  for (let death = 0; death < 20; death += 1) {
    const { child, status } = await start();
    // In the middle of it: some of the new clicks are written, others are recorded or under way.
    const enough = published + Math.ceil(Math.random() * CLICKS);
    for (let clicks = 0; clicks < CLICKS; clicks += 20) await publish(20);
    published += CLICKS;
    while (((await status()).rows["rows"] ?? 0) < enough);
    child.kill("SIGKILL");
    await once(child, "exit");
    // What it held comes back.
    clock.advance(11_000);
  }
  const { child, url, status } = await start();
  while (pubsub.peek("projects/acme-dev/subscriptions/clicks-pull", 1).length > 0) await status();
  const drained = await fetch(`${url}/drain`, { method: "POST" });
  expect(await drained.json()).toMatchObject({
    state: "drained",
    messages: published,
    unwritten: 0,
    unacknowledged: 0,
  });
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);

  const [rows] = await bigquery.query("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM `acme-dev.games.rows`");
  expect(rows).toEqual({ n: published, ids: published });
  const [activity] = await bigquery.query("SELECT SUM(clicks) AS clicks FROM `acme-dev.games.activity`");
  expect(activity).toEqual({ clicks: published });
}, 120_000);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

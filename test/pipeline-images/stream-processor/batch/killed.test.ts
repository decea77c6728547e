/** The very file that is deployed, as the processes of a job's tasks, killed with SIGKILL at random. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { bundle } from "../../../../local/images/bundle";
import { bounded, pipeline } from "../../../../pipeline";
import { Sale, sales, shop } from "./support";

const FILES = 4;
const ROWS = 5_000;

const spread = pipeline("spread", { sales: bounded(Sale) }, ({ sales: all }) => ({
  sales: all.select("id", "shop", "cents"),
  copies: all.select("id", "shop", "cents"),
  days: all.select("id", "at"),
  told: all.filter(({ cents }) => cents === 100).select("id"),
}));

/** Of a table that is divided by days: the partition that a run which is told so replaces. */
const days = { table: "acme-dev.shop.days", write: "truncate", partition: { id: "{yesterday}", column: "at" } };

/** The same numbers from the same seed. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

test.each([1, 2, 3])(
  "killed at random, seed %i, it writes every row once",
  async (seed) => {
    const { put, settings, query, folder, apply, pubsub, table, content, byDay } = await shop();
    await byDay("days", [
      { id: "other", at: "2026-03-01T23:59:59Z" },
      { id: "old", at: "2026-03-02T00:00:00Z" },
    ]);
    await table("copies", ["id", "shop"], ["cents"]);
    await apply("google_pubsub_topic", { name: "told" });
    await apply("google_pubsub_subscription", { name: "told-kept", topic: "projects/acme-dev/topics/told" });
    for (let file = 0; file < FILES; file += 1) {
      await put(`${file}.json`, [...sales(file * ROWS, (file + 1) * ROWS), { id: 1 }]);
    }
    const { main } = await bundle(
      join(__dirname, "../../../../pipeline-images/stream-processor"),
      join(folder, "cache"),
    );
    const outputs = {
      sales: { table: "acme-dev.shop.sales" },
      copies: { table: "acme-dev.shop.copies", write: "truncate" },
      days,
      told: { topic: "projects/acme-dev/topics/told" },
    };
    const random = numbers(seed * 7_919);
    let deaths = 0;

    /** One try of a task after the other, as Cloud Run begins them, until it ends by itself. */
    const task = async (index: number): Promise<void> => {
      for (let attempt = 0; ; attempt += 1) {
        const told = settings(spread, {
          OUTPUTS: JSON.stringify(outputs),
          YESTERDAY: "2026-03-02",
          CLOUD_RUN_TASK_INDEX: String(index),
          CLOUD_RUN_TASK_COUNT: "2",
          CLOUD_RUN_TASK_ATTEMPT: String(attempt),
        });
        const child = spawn(process.execPath, [main], { env: { ...told }, stdio: "ignore" });
        const ended = once(child, "exit") as Promise<[number | null]>;
        // Its start alone takes a part of a second; the later ones are let live, else it would never end.
        const lives = attempt < 8 ? 200 + random.next().value * 500 : 60_000;
        const abort = new AbortController();
        await Promise.race([ended, pause(lives, undefined, { signal: abort.signal }).catch(() => undefined)]);
        child.kill("SIGKILL");
        abort.abort();
        const [code] = await ended;
        if (code === 0) return;
        expect(code).toBeNull();
        deaths += 1;
      }
    };
    await Promise.all([task(0), task(1)]);

    expect(deaths).toBeGreaterThan(0);
    const all = FILES * ROWS;
    for (const name of ["sales", "copies"]) {
      expect(await query(`SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM \`acme-dev.shop.${name}\``)).toEqual([
        { n: all, ids: all },
      ]);
    }
    expect(
      await query(
        "SELECT DATE(`at`) AS day, COUNT(*) AS n, COUNT(DISTINCT id) AS ids, COUNTIF(id = 'old') AS old FROM `acme-dev.shop.days` GROUP BY day ORDER BY day",
      ),
    ).toEqual([
      { day: "2026-03-01", n: 1, ids: 1, old: 0 },
      { day: "2026-03-02", n: all, ids: all, old: 0 },
    ]);
    const told = new Map(
      pubsub
        .peek("projects/acme-dev/subscriptions/told-kept", 100_000)
        .map(({ attributes, data }) => [attributes["row_id"], Buffer.from(data).toString()]),
    );
    const expected = sales(0, all).filter(({ cents }) => cents === 100);
    expect([...told.values()].toSorted()).toEqual(expected.map(({ id }) => JSON.stringify({ id })).toSorted());
    const refused = pubsub.peek("projects/acme-dev/subscriptions/refused-kept", 100);
    expect(new Set(refused.map(({ attributes }) => attributes["row_id"])).size).toBe(FILES);
    expect(await content("metrics/first.txt")).toContain(`output="sales"} ${all}\n`);
  },
  120_000,
);

test("told to stop, it ends at once with 1, and nothing of it is seen; begun again, it ends with 0", async () => {
  const { put, settings, query, folder, objects } = await shop();
  await put("0.json", sales(0, 100_000));
  const { main } = await bundle(join(__dirname, "../../../../pipeline-images/stream-processor"), join(folder, "cache"));
  const told = settings(spread, {
    OUTPUTS: JSON.stringify({
      sales: { table: "acme-dev.shop.sales" },
      copies: { topic: "projects/acme-dev/topics/refused" },
      days: { topic: "projects/acme-dev/topics/refused" },
      told: { topic: "projects/acme-dev/topics/refused" },
    }),
  });
  const begin = () => {
    const child = spawn(process.execPath, [main], { env: { ...told }, stdio: ["ignore", "pipe", "inherit"] });
    const said: string[] = [];
    child.stdout.on("data", (text: Buffer) => said.push(text.toString()));
    const ended = once(child, "exit") as Promise<[number | null]>;
    return { child, said, ended };
  };
  const stopped = begin();
  while ((await objects("runs/first/manifest")).length === 0) await pause(10);
  stopped.child.kill("SIGTERM");
  expect(await stopped.ended).toEqual([1, null]);
  expect(stopped.said.join("")).toContain("it was stopped before its end, and nothing of it is written: run it again");
  const counted = "SELECT COUNT(*) AS n FROM `acme-dev.shop.sales`";
  expect(await query(counted)).toEqual([{ n: 0 }]);
  expect(await objects("runs/first/")).toEqual(["runs/first/manifest"]);

  expect(await begin().ended).toEqual([0, null]);
  expect(await query(counted)).toEqual([{ n: 100_000 }]);
}, 120_000);

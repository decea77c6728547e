/** What a run reads, and when: files of a day, tables, queries, several inputs, side inputs; and how it is stopped. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bounded, count, integer, pipeline, schema, sideInput, string, sum } from "../../../../pipeline";
import { clicksPipeline } from "../support/journey";
import { byShop, lineEach, sale, sales, shop, sold } from "./support";

const appended = { OUTPUTS: JSON.stringify({ sales: { table: "acme-dev.shop.sales" } }) };
const counted = "SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM `acme-dev.shop.sales`";
const Town = schema("town", { shop: string(), town: string() });

test("a run reads the day before the one on which it began, whenever it is begun again", async () => {
  const { put, run, query } = await shop();
  for (const day of ["2026-03-01", "2026-03-02", "2026-03-03"]) {
    await put(`${day}/a.json`, sales(Number(day.slice(-1)) * 100, Number(day.slice(-1)) * 100 + 10));
  }
  const inputs = { sales: { files: "gs://acme-sales/{yesterday}/*.json", format: { type: "json-lines" } } };
  const two = { ...appended, INPUTS: JSON.stringify(inputs), CLOUD_RUN_TASK_COUNT: "2" };
  expect(await run(sold, { ...two, CLOUD_RUN_TASK_INDEX: "0" })).toBe("done");
  // Midnight is over when the other task is begun.
  const after = { ...two, CLOUD_RUN_TASK_INDEX: "1" };
  expect(await run(sold, after, { at: "2026-03-04T00:10:00Z" })).toBe("done");
  expect(await query("SELECT MIN(id) AS first, MAX(id) AS last FROM `acme-dev.shop.sales`")).toEqual([
    { first: "sale-200", last: "sale-209" },
  ]);
});

test("a file that is not there is said by its name, and nothing is written", async () => {
  const { run, lines, query } = await shop();
  expect(await run(sold, appended)).toBeInstanceOf(Error);
  expect(lines).toEqual(["ERROR there is no file gs://acme-sales/*.json"]);
  expect(await query(counted)).toEqual([{ n: 0, ids: 0 }]);
});

test("rows of a table and of a query are read, and looked up in one", async () => {
  const { put, run, query, table, lines } = await shop();
  await put("a.json", sales(0, 30_000));
  expect(await run(sold, { ...appended, CLOUD_RUN_EXECUTION: "fill" })).toBe("done");
  await table("towns", ["shop", "town"], []);
  await query("INSERT INTO `acme-dev.shop.towns` VALUES ('shop-0', 'Graz'), ('shop-1', 'Graz'), ('shop-2', 'Linz')");
  await table("by_town", ["town"], ["sales", "cents"]);
  const Sold = schema("sold", { id: string(), shop: string(), cents: integer() });
  const byTown = pipeline(
    "by-town",
    { all: bounded(Sold), some: bounded(Sold), towns: sideInput(Town, { key: "shop" }) },
    ({ all, some, towns }) => ({
      towns: all
        .flatten(some)
        .enrich(towns, { on: { shop: "shop" }, missing: "drop" })
        .groupBy("town")
        .aggregate({ sales: count(), cents: sum("cents") }),
    }),
  );
  const ended = await run(byTown, {
    INPUTS: JSON.stringify({
      all: { table: "acme-dev.shop.sales" },
      some: { query: "SELECT * FROM `acme-dev.shop.sales` WHERE cents = 100" },
      towns: { table: "acme-dev.shop.towns" },
    }),
    OUTPUTS: JSON.stringify({ towns: { table: "acme-dev.shop.by_town", write: "truncate" } }),
  });
  expect([ended, ...lines.slice(-1)]).toEqual(["done", "INFO by-town: all rows of run first are written"]);
  expect(await query("SELECT * FROM `acme-dev.shop.by_town` ORDER BY town")).toEqual(
    await query(`
      SELECT town, COUNT(*) AS sales, SUM(cents) AS cents
      FROM (SELECT * FROM \`acme-dev.shop.sales\` UNION ALL SELECT * FROM \`acme-dev.shop.sales\` WHERE cents = 100)
      JOIN \`acme-dev.shop.towns\` USING (shop) GROUP BY town ORDER BY town`),
  );
}, 30_000);

test("a table for each shop is made when it is needed; a name that no table can have is refused", async () => {
  const { put, run, query, pubsub } = await shop();
  await put("a.json", [...sales(0, 70), { ...sale(70), shop: "a/b" }]);
  const into = { OUTPUTS: JSON.stringify({ sales: { tables: "acme-dev.shop.of_{shop}" } }) };
  for (const execution of ["first", "second"]) {
    expect(await run(sold, { ...into, CLOUD_RUN_EXECUTION: execution })).toBe("done");
    expect(await run(sold, { ...into, CLOUD_RUN_EXECUTION: execution })).toBe("done");
  }
  expect(await query("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM `acme-dev.shop.of_shop-3`")).toEqual([
    { n: 20, ids: 10 },
  ]);
  const [refused] = pubsub.peek("projects/acme-dev/subscriptions/refused-kept", 10);
  expect(JSON.parse(Buffer.from(refused?.data ?? []).toString())).toMatchObject({
    reason: "write",
    step: "sales",
    error: "shop is a/b: in a table's name there are letters, digits, _ and -, at most 200",
    row: { id: "sale-70", shop: "a/b" },
  });
});

test("rows that a table does not take are error rows, and the others are in it", async () => {
  const { put, run, query, pubsub, apply } = await shop();
  await apply("google_bigquery_table", {
    dataset_id: "shop",
    table_id: "short",
    schema: JSON.stringify([
      { name: "id", type: "STRING", mode: "REQUIRED", maxLength: "6" },
      { name: "shop", type: "STRING", mode: "REQUIRED" },
      { name: "cents", type: "INTEGER", mode: "REQUIRED" },
    ]),
    deletion_protection: false,
  });
  await put("a.json", sales(0, 20));
  expect(await run(sold, { OUTPUTS: JSON.stringify({ sales: { table: "acme-dev.shop.short" } }) })).toBe("done");
  expect(await query("SELECT COUNT(*) AS n FROM `acme-dev.shop.short`")).toEqual([{ n: 10 }]);
  const refused = pubsub.peek("projects/acme-dev/subscriptions/refused-kept", 100);
  expect(refused.map(({ attributes }) => [attributes["step"], attributes["reason"]])).toEqual(
    Array.from({ length: 10 }, () => ["sales", "write"]),
  );
});

test("a table of one row a key has the last run's, where that has one", async () => {
  const { put, run, query, apply } = await shop();
  await apply("google_bigquery_table", {
    dataset_id: "shop",
    table_id: "last",
    schema: JSON.stringify([
      { name: "shop", type: "STRING", mode: "REQUIRED" },
      { name: "sales", type: "INTEGER", mode: "REQUIRED" },
      { name: "cents", type: "INTEGER", mode: "REQUIRED" },
    ]),
    table_constraints: { primary_key: { columns: ["shop"] } },
    deletion_protection: false,
  });
  await put("a.json", sales(0, 70));
  await put("b.jsonl", [sale(0), sale(7), sale(1)]);
  const last = { OUTPUTS: JSON.stringify({ shops: { table: "acme-dev.shop.last", write: "upsert" } }) };
  const few = JSON.stringify({ sales: { files: "gs://acme-sales/*.jsonl", format: { type: "json-lines" } } });
  expect(await run(byShop, last, { at: "2026-03-03T00:00:00Z" })).toBe("done");
  const later = { ...last, INPUTS: few, CLOUD_RUN_EXECUTION: "second" };
  expect(await run(byShop, later, { at: "2026-03-04T00:00:00Z" })).toBe("done");
  expect(await query("SELECT shop, sales FROM `acme-dev.shop.last` ORDER BY shop")).toEqual(
    [2, 1, 10, 10, 10, 10, 10].map((count, i) => ({ shop: `shop-${i}`, sales: count })),
  );
});

test("how far it is is said while it reads, with what is left", async () => {
  const { put, run, lines, reports } = await shop();
  await put("a.json", sales(0, 20_000));
  await put("b.json", sales(20_000, 40_000));
  // A second passes whenever somebody asks for the time.
  expect(await run(byShop, replaced, { hurry: true })).toBe("done");
  const said = lines.filter((line) => line.includes("rows, "));
  expect(said.length).toBeGreaterThan(0);
  for (const line of said)
    expect(line).toMatch(/^INFO by-shop: \d+ rows, \d+ % of 3\.\d MB(, about \d+ (s|min|h) left)?$/);
  expect(reports.find(({ kind }) => kind === "progress")).toMatchObject({ pipeline: "by-shop", run: "first", task: 0 });
  expect(reports.at(-1)).toMatchObject({ kind: "run", rowsRead: 40_000, rowsWritten: 7, errorRows: 0 });
});

const replaced = { OUTPUTS: JSON.stringify({ shops: { table: "acme-dev.shop.shops", write: "truncate" } }) };

test("one that is stopped has written nothing, and is begun again", async () => {
  const { put, run, query, objects, lines } = await shop();
  await put("a.json.gz", gzipSync(lineEach(sales(0, 50_000))));
  const inputs = { sales: { files: "gs://acme-sales/*.json.gz", format: { type: "json-lines" } } };
  const settings = { ...appended, INPUTS: JSON.stringify(inputs) };
  expect(await run(sold, settings, { stopped: true })).toBeInstanceOf(Error);
  expect(lines).toEqual(["ERROR it was stopped before its end, and nothing of it is written: run it again"]);
  expect(await query(counted)).toEqual([{ n: 0, ids: 0 }]);
  expect(await objects("runs/first/")).toEqual(["runs/first/manifest"]);
  expect(await run(sold, settings)).toBe("done");
  expect(await query(counted)).toEqual([{ n: 50_000, ids: 50_000 }]);
}, 30_000);

test("what comes from nowhere, or goes nowhere, is said before anything is read", async () => {
  const { run, lines } = await shop();
  const inputs = { sales: { subscription: "projects/acme-dev/subscriptions/refused-kept" } };
  await run(sold, { ...appended, INPUTS: JSON.stringify(inputs) });
  await run(sold, { ...appended, INPUTS: "{}" });
  await run(sold, { OUTPUTS: "{}" });
  await run(byShop, { ...replaced, CHECKPOINTS: "/tmp/somewhere" });
  await run(clicksPipeline.toJSON(), appended);
  expect(lines).toEqual([
    "ERROR input sales of sold: a run that ends reads files, a table or a query, not a subscription",
    "ERROR input sales of sold comes from nowhere: INPUTS names no files, table or query",
    "ERROR output sales of sold is bound to nothing: OUTPUTS names no sink",
    "ERROR CHECKPOINTS is /tmp/somewhere, and output shops replaces a table, by files that BigQuery reads: give a bucket, gs://bucket/prefix",
    'ERROR input clicks of clicks never ends, and MODE says that it does: let it be "pull"',
  ]);
});

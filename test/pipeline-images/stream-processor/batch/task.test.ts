import { expect, test } from "vitest";
import { byShop, sale, sales, shop, sold } from "./support";

const appended = { OUTPUTS: JSON.stringify({ sales: { table: "acme-dev.shop.sales" } }) };
const replaced = { OUTPUTS: JSON.stringify({ shops: { table: "acme-dev.shop.shops", write: "truncate" } }) };
const counted = "SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM `acme-dev.shop.sales`";

/** One of three. */
const third = (task: number) => ({ ...appended, CLOUD_RUN_TASK_COUNT: "3", CLOUD_RUN_TASK_INDEX: String(task) });

test("files become rows of a table, once however often a run is begun, and again by another run", async () => {
  const { put, run, query, content, lines } = await shop();
  await put("a.json", sales(0, 1_000));
  await put("b.json", sales(1_000, 2_500));
  expect(await run(sold, appended)).toBe("done");
  expect(await query(counted)).toEqual([{ n: 2_500, ids: 2_500 }]);
  expect(lines).toEqual(["INFO sold: all rows of run first are written"]);
  expect(await run(sold, appended)).toBe("done");
  expect(await query(counted)).toEqual([{ n: 2_500, ids: 2_500 }]);
  expect((await content("metrics/first.txt")).split("\n").filter((line) => !/time/.test(line))).toEqual([
    'batch_tasks{pipeline="sold",run="first"} 1',
    'batch_rows_read{pipeline="sold",run="first"} 2500',
    expect.stringMatching(/^batch_bytes_read\{pipeline="sold",run="first"\} \d+$/),
    'batch_rows_written{pipeline="sold",run="first",output="sales"} 2500',
    'batch_rows_written{pipeline="sold",run="first",output="errors"} 0',
    "",
  ]);

  expect(await run(sold, { ...appended, CLOUD_RUN_EXECUTION: "second" })).toBe("done");
  expect(await query(counted)).toEqual([{ n: 5_000, ids: 2_500 }]);
});

test("what is replaced has the rows of the last run alone, none where there are none", async () => {
  const { put, run, query, objects } = await shop();
  await put("a.json", sales(0, 700));
  for (const execution of ["first", "second"]) {
    expect(await run(byShop, { ...replaced, CLOUD_RUN_EXECUTION: execution })).toBe("done");
    expect(await query("SELECT shop, sales, cents FROM `acme-dev.shop.shops` ORDER BY shop")).toEqual(
      Array.from({ length: 7 }, (__, i) => {
        const own = sales(0, 700).filter((one) => one.shop === `shop-${i}`);
        return { shop: `shop-${i}`, sales: 100, cents: own.reduce((sum, { cents }) => sum + cents, 0) };
      }),
    );
  }
  expect(await objects("runs/first/")).toEqual(["runs/first/done", "runs/first/manifest", "runs/first/tasks/00000"]);
  await put("none.jsonl", []);
  const none = JSON.stringify({ sales: { files: "gs://acme-sales/*.jsonl", format: { type: "json-lines" } } });
  expect(await run(byShop, { ...replaced, INPUTS: none, CLOUD_RUN_EXECUTION: "third" })).toBe("done");
  expect(await query("SELECT COUNT(*) AS n FROM `acme-dev.shop.shops`")).toEqual([{ n: 0 }]);
});

test("poison rows go to the error output, and the others to the table", async () => {
  const { put, run, query, pubsub, content } = await shop();
  await put("a.json", [sale(0), { ...sale(1), cents: 0 }, { id: 2 }, sale(3)]);
  expect(await run(sold, appended)).toBe("done");
  expect(await query(counted)).toEqual([{ n: 2, ids: 2 }]);
  const refused = pubsub.peek("projects/acme-dev/subscriptions/refused-kept", 10);
  expect(refused.map(({ attributes }) => attributes)).toEqual([
    {
      pipeline: "sold",
      step: "sales.assert",
      reason: "function",
      message_id: "gs://acme-sales/a.json:2",
      row_id: "first-0-_errors-0-0",
    },
    {
      pipeline: "sold",
      step: "sales",
      reason: "parse",
      message_id: "gs://acme-sales/a.json:3",
      row_id: "first-0-_errors-0-1",
    },
  ]);
  expect(await content("metrics/first.txt")).toContain(
    'batch_error_rows{pipeline="sold",run="first",reason="parse"} 1',
  );
});

test("tasks share the files, and their rows are seen when all of them are done", async () => {
  const { put, run, query } = await shop();
  for (let file = 0; file < 5; file += 1) await put(`${file}.json`, sales(file * 100, file * 100 + 100));
  expect(await run(sold, third(2))).toBe("done");
  expect(await run(sold, third(0))).toBe("done");
  expect(await query(counted)).toEqual([{ n: 0, ids: 0 }]);
  // What comes in between is of another run.
  await put("9.json", sales(900, 1_000));
  expect(await run(sold, third(1))).toBe("done");
  expect(await query(counted)).toEqual([{ n: 500, ids: 500 }]);
});

test("several tasks that would each see a part are refused in a sentence", async () => {
  const { put, run, lines } = await shop();
  await put("a.json", sales(0, 10));
  expect(await run(byShop, { ...replaced, CLOUD_RUN_TASK_COUNT: "2" })).toBeInstanceOf(Error);
  expect(lines).toEqual([
    "ERROR by-shop puts rows together (shops.aggregate), and each of 2 tasks would see a part of them: give the job one task, or run it on Dataflow",
  ]);
});

/** Runs that replace one partition of a table: run again, they leave what they left, and no other partition is touched. */
import { expect, test } from "vitest";
import { bounded, pipeline } from "../../../../pipeline";
import { Sale, sales, shop } from "./support";

const daily = pipeline("daily", { sales: bounded(Sale) }, ({ sales: all }) => ({ days: all.select("id", "at") }));

const outputs = (id: string) => ({
  OUTPUTS: JSON.stringify({
    days: { table: "acme-dev.shop.days", write: "truncate", partition: { id, column: "at", every: "day" } },
  }),
});
const inputs = {
  INPUTS: JSON.stringify({ sales: { files: "gs://acme-sales/{yesterday}/*.json", format: { type: "json-lines" } } }),
};

const ids =
  "SELECT DATE(`at`) AS day, STRING_AGG(id ORDER BY id) AS ids FROM `acme-dev.shop.days` GROUP BY day ORDER BY day";
const early = [
  { id: "a", at: "2026-03-01T12:00:00Z" },
  { id: "old", at: "2026-03-02T12:00:00Z" },
];

test("each run replaces its day, as often as it is run, and a past day is run again", async () => {
  const { put, run, query, byDay } = await shop();
  await byDay("days", early);
  await put("2026-03-01/a.json", [{ ...sales(0, 1)[0], id: "b", at: "2026-03-01T10:00:00Z" }]);
  await put("2026-03-02/a.json", sales(0, 2));
  const told = { ...inputs, ...outputs("{yesterday}") };
  const second = { day: "2026-03-02", ids: "sale-0,sale-1" };
  for (const CLOUD_RUN_EXECUTION of ["first", "second"]) {
    expect(await run(daily, { ...told, CLOUD_RUN_EXECUTION })).toBe("done");
    expect(await query(ids)).toEqual([{ day: "2026-03-01", ids: "a" }, second]);
  }
  for (const CLOUD_RUN_EXECUTION of ["third", "fourth"]) {
    expect(await run(daily, { ...told, CLOUD_RUN_EXECUTION, YESTERDAY: "2026-03-01" })).toBe("done");
    expect(await query(ids)).toEqual([{ day: "2026-03-01", ids: "b" }, second]);
  }
});

/** One of two tasks. */
const half = (task: number) => ({
  ...inputs,
  ...outputs("{yesterday}"),
  CLOUD_RUN_TASK_COUNT: "2",
  CLOUD_RUN_TASK_INDEX: String(task),
});

test("a run that goes past midnight is of the day on which it began", async () => {
  const { put, run, query, byDay } = await shop();
  await byDay("days", early);
  await put("2026-03-02/a.json", sales(0, 1));
  await put("2026-03-02/b.json", sales(1, 2));
  expect(await run(daily, half(0), { at: "2026-03-03T23:59:59Z" })).toBe("done");
  expect(await run(daily, half(1), { at: "2026-03-04T00:00:01Z" })).toBe("done");
  expect(await query(ids)).toEqual([
    { day: "2026-03-01", ids: "a" },
    { day: "2026-03-02", ids: "sale-0,sale-1" },
  ]);
});

test("a row of another day is an error row; where there is none of this one, it is emptied", async () => {
  const { put, run, query, byDay, pubsub, lines } = await shop();
  await byDay("days", early);
  await put("2026-03-02/a.json", [{ ...sales(0, 1)[0], at: "2026-03-03T00:00:00.5Z" }]);
  expect(await run(daily, { ...inputs, ...outputs("{yesterday}") })).toBe("done");
  expect(await query(ids)).toEqual([{ day: "2026-03-01", ids: "a" }]);
  const [refused] = pubsub.peek("projects/acme-dev/subscriptions/refused-kept", 10);
  expect(refused?.attributes).toMatchObject({ step: "days", reason: "write" });
  expect(Buffer.from(refused?.data ?? []).toString()).toContain(
    String.raw`at is \"2026-03-03T00:00:00.500000Z\", in partition 20260303, and the run replaces partition 20260302`,
  );
  expect(lines).toEqual(["INFO daily: all rows of run first are written"]);
});

test("a run is told which partition it is for", async () => {
  const { put, run, query, byDay } = await shop();
  await byDay("days", early);
  await put("a.json", sales(0, 1));
  expect(await run(daily, { ...outputs("{partition}"), PARTITION: "20260302" })).toBe("done");
  expect(await query(ids)).toEqual([
    { day: "2026-03-01", ids: "a" },
    { day: "2026-03-02", ids: "sale-0" },
  ]);
});

test.each([
  [outputs("{partition}"), "output days: it replaces the partition {partition}, and PARTITION does not say which"],
  [{ ...outputs("{partition}"), PARTITION: "march" }, "output days: its partition is march, and the table has"],
  [{ ...outputs("{yesterday}"), PARTITION: "20260302" }, "PARTITION is 20260302, and no output replaces the partition"],
  [
    { ...outputs("20260302"), YESTERDAY: "2026-03-02" },
    "YESTERDAY is 2026-03-02, and nothing that is read or replaced",
  ],
])("told %j it ends before it reads a row", async (told, why) => {
  const { put, run, lines, objects } = await shop();
  await put("a.json", sales(0, 1));
  expect(await run(daily, told)).toBeInstanceOf(Error);
  expect(lines).toEqual([expect.stringContaining(`ERROR ${why}`)]);
  expect(await objects("runs/")).toEqual([]);
});

/** Files that a run writes, in the local Cloud Storage. */
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { PublishedFiles } from "../../../../pipeline-images/stream-processor/batch/published-files";
import type { Tries } from "../../../../pipeline-images/stream-processor/batch/tries";
import { parquet } from "../../../../pipeline-images/stream-processor/formats/parquet";
import { cloudOf } from "../../../../pipeline-images/stream-processor/google/cloud";
import { filesBelow } from "../../../../pipeline-images/stream-processor/place";
import type { FilesBinding } from "../../../../pipeline-images/stream-processor/sinks/files/names";
import { PART_BYTES } from "../../../../pipeline-images/stream-processor/sinks/files/publish";
import type { FieldSpec } from "../../../../pipeline/spec";
import { systemClock } from "../../../../runtime/clock";
import { SimulatedFiles } from "../support/files";
import { byShop, sales, shop, sold } from "./support";

const tries: Tries = (_, attempt) => attempt();

const bound = (binding: FilesBinding) => ({ OUTPUTS: JSON.stringify({ sales: binding }) });

test("shards of tasks are files, whole at once, and the same however often the run is begun", async () => {
  const { put, run, environment } = await shop();
  const { storage } = cloudOf(environment, systemClock);
  for (const name of ["a", "b", "c"]) await put(`${name}.json`, sales(0, 50));
  const files = { files: "gs://acme-sales/out/sold", format: { type: "csv" }, suffix: ".csv.gz", shards: 2 } as const;
  const task = (index: number) => ({ ...bound(files), CLOUD_RUN_TASK_COUNT: "3", CLOUD_RUN_TASK_INDEX: String(index) });
  expect(await run(sold, task(0))).toBe("done");
  expect(await run(sold, task(2))).toBe("done");
  expect(await storage.listObjects("acme-sales", "out/sold", "")).toEqual([]);
  for (const index of [1, 1, 0]) expect(await run(sold, task(index))).toBe("done");

  const names = await storage.listObjects("acme-sales", "out/", "");
  expect(names).toEqual(["out/sold-first-00000-of-00002.csv.gz", "out/sold-first-00001-of-00002.csv.gz"]);
  const contents = await Promise.all(names.map((name) => storage.readObject("acme-sales", name)));
  const [one = "", other = ""] = contents.map((content) => gunzipSync(content ?? new Uint8Array(0)).toString());
  // Those of the first and the third task, one header before both.
  expect(one.split("\n")).toHaveLength(1 + 100 + 1);
  expect(one.split("\n").filter((line) => line === "id,shop,cents")).toHaveLength(1);
  expect(other.split("\n")).toHaveLength(1 + 50 + 1);
});

test("where nothing is said a task writes a file, also one without rows; of Parquet it is whole", async () => {
  const { put, run, environment } = await shop();
  const { storage } = cloudOf(environment, systemClock);
  await put("a.json", sales(0, 70));
  const binding: FilesBinding = { files: "gs://acme-sales/out/shops", format: { type: "parquet" } };
  expect(await run(byShop, { OUTPUTS: JSON.stringify({ shops: binding }) })).toBe("done");
  const content = await storage.readObject("acme-sales", "out/shops-first-00000-of-00001.parquet");
  const fields: FieldSpec[] = ["shop", "sales"].map((name) => ({
    name,
    type: name === "shop" ? "STRING" : "INTEGER",
    mode: "REQUIRED",
  }));
  let rows = 0;
  const whole = (async function* () {
    yield content ?? new Uint8Array(0);
  })();
  for await (const { starts } of parquet.read(whole, fields)) rows += starts.length;
  expect(rows).toBe(7);
});

test("a file of somebody else's stays as it is, and is named", async () => {
  const { put, run, environment } = await shop();
  const { storage } = cloudOf(environment, systemClock);
  await put("a.json", sales(0, 5));
  const name = "out/sold-first-00000-of-00001.jsonl";
  await storage.createObject("acme-sales", name, Buffer.from("theirs"));
  const ended = await run(sold, bound({ files: "gs://acme-sales/out/sold", format: { type: "json-lines" } }));
  expect(String(ended)).toMatch(/gs:\/\/acme-sales\/out\/sold-first-00000-of-00001\.jsonl is there already/);
  expect(Buffer.from((await storage.readObject("acme-sales", name)) ?? []).toString()).toBe("theirs");
});

test("a disk takes them too", async () => {
  const { put, run, folder } = await shop();
  await put("a.json", sales(0, 5));
  const files = `${folder}/out/sold`;
  expect(await run(sold, bound({ files, format: { type: "text" } }))).toMatchObject({
    message: expect.stringMatching(/a file of text has one field, a STRING/) as string,
  });
  expect(await run(sold, bound({ files, format: { type: "json-lines" }, shards: 2 }))).toBe("done");
  const [store, prefix] = filesBelow(files, cloudOf({}, systemClock).storage);
  expect(await store.list(prefix)).toEqual([
    `${files}-first-00000-of-00002.jsonl`,
    `${files}-first-00001-of-00002.jsonl`,
  ]);
});

test("no more is held of a task's rows than some parts", async () => {
  const files = new SimulatedFiles();
  let largest = 0;
  const store = files.reachedBy((work) => Promise.resolve(work()));
  const counted = {
    ...store,
    put: (name: string, content: Uint8Array) => {
      largest = Math.max(largest, content.length);
      return store.put(name, content);
    },
  };
  const sink = new PublishedFiles({
    run: { name: "run", pipeline: "large", tasks: 1 },
    binding: { files: "out/large", format: { type: "json-lines" }, shards: 4 },
    place: [counted, "out/large"],
    fields: [{ name: "text", type: "STRING", mode: "REQUIRED" }],
    tries,
    refuse: () => {},
  });
  const output = sink.open({ task: 0, id: "a" });
  const text = "x".repeat(400_000);
  for (let i = 0; i < 150; i += 1) {
    output.take({ text: `${i} ${text}` }, 0, undefined);
    await output.flush();
  }
  const staged = await output.finish();
  expect(files.unseen.length).toBeGreaterThan(5);
  expect(largest).toBeLessThan(1.1 * PART_BYTES);
  expect(files.seen.size).toBe(0);
  await sink.publish([staged]);
  const numbers = [...files.seen.values()].flatMap((content) =>
    content
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => Number.parseInt((JSON.parse(line) as { text: string }).text, 10)),
  );
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, i) => i));
  await sink.clear();
  expect(files.unseen).toEqual([]);
});

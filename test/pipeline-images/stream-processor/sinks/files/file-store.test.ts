/** What both places promise where files are written: a bucket, and a folder. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { FileFormat } from "../../../../../pipeline/bindings";
import { formatOf } from "../../../../../pipeline-images/stream-processor/formats/of-binding";
import { cloudOf } from "../../../../../pipeline-images/stream-processor/google/cloud";
import { filesBelow } from "../../../../../pipeline-images/stream-processor/place";
import { TakenName } from "../../../../../pipeline-images/stream-processor/sinks/files/file-store";
import {
  cleared,
  eachOf,
  filesAtOnce,
  joined,
} from "../../../../../pipeline-images/stream-processor/sinks/files/publish";
import { systemClock } from "../../../../../runtime/clock";
import { localServices } from "../../support/local";

const places = ["a bucket", "a folder"] as const;

async function placeOf(kind: (typeof places)[number]) {
  if (kind === "a folder") {
    const folder = mkdtempSync(join(tmpdir(), "files-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return filesBelow(`${folder}/out/sold`, cloudOf({}, systemClock).storage);
  }
  const { environment, apply } = await localServices();
  await apply("google_storage_bucket", { name: "acme-out", location: "EU" });
  return filesBelow("gs://acme-out/out/sold", cloudOf(environment, systemClock).storage);
}

test.each(places)("%s has a file whole and once, and keeps what somebody else has made", async (kind) => {
  const [store, files] = await placeOf(kind);
  const [one, two, whole] = [`${files}-1`, `${files}-2`, `${files}-whole`];
  const content = async (name: string): Promise<string> => {
    let text = "";
    for await (const part of store.open(name)) text += Buffer.from(part).toString();
    return text;
  };
  await store.put(one, Buffer.from("one "));
  await store.put(one, Buffer.from("another, which nobody wants"));
  await store.put(two, Buffer.from("two"));
  await store.join(whole, [one, two], "run");
  await store.join(whole, [one, two], "run");
  expect(await content(whole)).toBe("one two");
  expect(Buffer.from((await store.open(whole).anywhere?.bytes(4, 7)) ?? []).toString()).toBe("two");
  await expect(store.join(whole, [two], "other")).rejects.toThrow(TakenName);
  await expect(store.join(`${files}-none`, [one, `${files}-gone`], "run")).rejects.toThrow();
  expect(await store.list(files)).toEqual([one, two, whole]);
  expect(await store.list(`${files}-w`)).toEqual([whole]);
  await store.delete(one);
  await store.delete(one);
  expect(await store.list(files)).toEqual([two, whole]);
  expect(await content(whole)).toBe("one two");
});

test.each(places)("%s makes a file of more parts than are put together at once, in their order", async (kind) => {
  const [store, files] = await placeOf(kind);
  const parts = Array.from({ length: 70 }, (_, i) => `${files}-part-${String(i).padStart(3, "0")}`);
  for (const [i, name] of parts.entries()) await store.put(name, Buffer.from(`${i},`));
  await joined({ store, name: `${files}-whole`, parts, mark: "run", folder: `${files}-aside` });
  const found: Uint8Array[] = [];
  for await (const part of store.open(`${files}-whole`)) found.push(part);
  expect(Buffer.concat(found).toString()).toBe(parts.map((_, i) => `${i},`).join(""));
  await cleared(store, `${files}-aside`);
  expect(await store.list(`${files}-aside`)).toEqual([]);
});

async function mostAtOnce(format: FileFormat): Promise<number> {
  let now = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, (now += 1));
    await new Promise((resolve) => void setImmediate(resolve));
    now -= 1;
  };
  await eachOf([...Array(20).keys()], work, filesAtOnce(formatOf(format)));
  return most;
}

test("files whose rows are written anew are made one after the other, others some at once", async () => {
  expect(await mostAtOnce({ type: "parquet" })).toBe(1);
  expect(await mostAtOnce({ type: "avro" })).toBe(8);
});

import { expect, test } from "vitest";
import { filesOfRun } from "../../../../pipeline/bindings";
import { systemClock } from "../../../../runtime/clock";
import { cloudOf } from "../../../../pipeline-images/stream-processor/google/cloud";
import { listFiles, openFile } from "../../../../pipeline-images/stream-processor/place";
import { localServices } from "../support/local";

test("files of a bucket and of a folder are found by their pattern, and read a part at a time", async () => {
  const { apply, environment } = await localServices();
  await apply("google_storage_bucket", { name: "acme-logs", location: "EU" });
  const { storage } = cloudOf(environment, systemClock);
  const large = "0123456789".repeat(100_000);
  const objects = {
    "2026-03-01/b.txt": "b",
    "2026-03-01/a.txt": large,
    "2026-03-01/c.json": "c",
    "2026-03-02/a.txt": "x",
  };
  for (const [name, content] of Object.entries(objects)) {
    await storage.createObject("acme-logs", name, Buffer.from(content));
  }
  const pattern = filesOfRun("gs://acme-logs/{yesterday}/*.txt", new Date("2026-03-02T03:00:00Z"));
  const found = await listFiles(pattern, storage);
  expect(found).toEqual([
    { name: "gs://acme-logs/2026-03-01/a.txt", bytes: large.length },
    { name: "gs://acme-logs/2026-03-01/b.txt", bytes: 1 },
  ]);
  const parts: Uint8Array[] = [];
  for await (const part of openFile("gs://acme-logs/2026-03-01/a.txt", storage)) parts.push(part);
  expect(Buffer.concat(parts).toString()).toBe(large);
  expect(parts.length).toBeGreaterThan(1);

  await storage.deleteObject("acme-logs", "2026-03-01/b.txt");
  const read = async (): Promise<void> => {
    for await (const part of openFile("gs://acme-logs/2026-03-01/b.txt", storage)) parts.push(part);
  };
  await expect(read()).rejects.toThrow(/^404 from .*b.txt/);
  await expect(listFiles("gs://acme-logs/*.csv", storage)).rejects.toThrow("there is no file gs://acme-logs/*.csv");

  const [here] = await listFiles(`${__dirname}/sources.*.ts`, storage);
  expect(here?.name).toBe(__filename);
  expect(here?.bytes).toBeGreaterThan(1_000);
});

import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Storage as Client } from "@google-cloud/storage";
import { afterEach, expect, test, vi } from "vitest";
import { failure, running } from "./support";

afterEach(() => vi.unstubAllEnvs());

test("what is saved is read back with its metadata, checksums and generation", async () => {
  const { bucket } = await running();
  const file = bucket.file("reports/may.json");
  await file.save('{"clicks":3}', {
    resumable: false,
    metadata: { contentType: "application/json", metadata: { owner: "analytics" } },
  });

  expect((await file.download())[0].toString()).toBe('{"clicks":3}');
  const [metadata] = await file.getMetadata();
  expect(metadata).toMatchObject({
    name: "reports/may.json",
    bucket: "acme-data",
    size: "12",
    contentType: "application/json",
    metadata: { owner: "analytics" },
    metageneration: "1",
    storageClass: "STANDARD",
    timeCreated: "2024-05-06T12:00:00.000Z",
    md5Hash: createHash("md5").update('{"clicks":3}').digest("base64"),
  });
  expect(metadata.generation).toMatch(/^\d{16}$/);
});

test("the client works with nothing but STORAGE_EMULATOR_HOST", async () => {
  const { url } = await running();
  vi.stubEnv("STORAGE_EMULATOR_HOST", url);
  const client = new Client({ projectId: "acme-dev" });
  const file = client.bucket("acme-data").file("a b/ü.txt");
  await file.save("hello");
  expect((await file.download())[0].toString()).toBe("hello");
  expect((await client.getBuckets())[0].map(({ name }) => name)).toEqual(["acme-data"]);
});

test.each([
  "..",
  "../../escape",
  "/",
  "a//b",
  "con",
  "x".repeat(1024),
  "ä/😀/ﬀ",
  "%2e%2e%2f",
  "a?b#c&d=e",
  "__proto__",
])("an object may be called %j", async (name) => {
  const { bucket } = await running();
  if (name === "..") {
    expect(await failure(bucket.file(name).save("x", { resumable: false }))).toBe("400 invalid");
    return;
  }
  await bucket.file(name).save(`content of ${name}`, { resumable: false });
  expect((await bucket.file(name).download())[0].toString()).toBe(`content of ${name}`);
  expect((await bucket.getFiles())[0].map((file) => file.name)).toEqual([name]);
});

test.each([
  ["bytes alone", { resumable: false }],
  ["several requests", { resumable: true, chunkSize: 256 * 1024 }],
  ["a resumable upload of one request", { resumable: true }],
])("a megabyte arrives whole in %s", async (_, options) => {
  const { bucket, host } = await running();
  const content = randomBytes(1024 * 1024 + 17);
  const path = join(host.state, "source.bin");
  writeFileSync(path, content);
  await bucket.upload(path, { destination: "big.bin", ...options });
  await bucket.file("big.bin").download({ destination: join(host.state, "copy.bin") });
  expect(readFileSync(join(host.state, "copy.bin")).equals(content)).toBe(true);
});

test("an empty object is an object", async () => {
  const { bucket } = await running();
  await bucket.file("empty").save("", { resumable: false });
  expect((await bucket.file("empty").download())[0]).toHaveLength(0);
  expect((await bucket.file("empty").getMetadata())[0].size).toBe("0");
});

test("a part of an object is read by its first and last byte", async () => {
  const { bucket, url } = await running();
  await bucket.file("digits").save("0123456789", { resumable: false });
  const [middle] = await bucket.file("digits").download({ start: 2, end: 4, validation: false });
  expect(middle.toString()).toBe("234");

  const path = `${url}/storage/v1/b/acme-data/o/digits?alt=media`;
  const last = await fetch(path, { headers: { range: "bytes=-3" } });
  expect([last.status, last.headers.get("content-range"), await last.text()]).toEqual([206, "bytes 7-9/10", "789"]);
  const beyond = await fetch(path, { headers: { range: "bytes=10-" } });
  expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, "bytes */10"]);
});

test("what was stored compressed is unpacked for who cannot read it", async () => {
  const { bucket, url } = await running();
  await bucket.file("log.txt").save("line\n".repeat(1000), { gzip: true, resumable: false });
  expect((await bucket.file("log.txt").download())[0].toString()).toBe("line\n".repeat(1000));
  const plain = await fetch(`${url}/storage/v1/b/acme-data/o/log.txt?alt=media`, {
    headers: { "accept-encoding": "identity" },
  });
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(await plain.text()).toBe("line\n".repeat(1000));
});

test("bytes that do not have the checksum which the sender gave are refused, and nothing is kept", async () => {
  const { bucket, url } = await running();
  const answer = await fetch(`${url}/upload/storage/v1/b/acme-data/o?uploadType=media&name=torn`, {
    method: "POST",
    headers: { "x-goog-hash": "crc32c=AAAAAA==" },
    body: "not what was summed",
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    error: { message: expect.stringContaining("Provided CRC32C hash") as string },
  });
  expect((await bucket.file("torn").exists())[0]).toBe(false);
});

test("an upload whose connection breaks is continued where it stopped, and its bytes count once", async () => {
  const { url, bucket } = await running();
  const begun = await fetch(`${url}/upload/storage/v1/b/acme-data/o?uploadType=resumable&name=long`, {
    method: "POST",
    body: "{}",
  });
  const session = begun.headers.get("location") as string;
  const put = (range: string, body: string) =>
    fetch(session, { method: "PUT", headers: { "content-range": range }, body });

  expect((await put("bytes */*", "")).headers.get("range")).toBeNull();
  const first = await put("bytes 0-3/8", "abcd");
  expect([first.status, first.headers.get("range")]).toEqual([308, "bytes=0-3"]);
  expect((await put("bytes 6-7/8", "gh")).status).toBe(400);
  // The client had no answer for its second request and sends some of it again.
  const last = await put("bytes 2-7/8", "cdefgh");
  expect(last.status).toBe(200);
  expect((await bucket.file("long").download())[0].toString()).toBe("abcdefgh");
  expect((await put("bytes */8", "")).status).toBe(200);
});

test("an upload that is refused at its end is refused again, and keeps nothing", async () => {
  const { url, bucket } = await running();
  await bucket.file("taken").save("first", { resumable: false });
  const path = `${url}/upload/storage/v1/b/acme-data/o?uploadType=resumable&name=taken&ifGenerationMatch=0`;
  const session = (await fetch(path, { method: "POST", body: "{}" })).headers.get("location") as string;
  const put = () => fetch(session, { method: "PUT", headers: { "content-range": "bytes 0-5/6" }, body: "second" });
  expect((await put()).status).toBe(412);
  expect((await put()).status).toBe(412);
  expect((await bucket.file("taken").download())[0].toString()).toBe("first");
});

test("metadata is merged by key, and null takes away", async () => {
  const { bucket } = await running();
  const file = bucket.file("a");
  await file.save("x", { resumable: false, metadata: { cacheControl: "no-cache", metadata: { a: "1", b: "2" } } });
  await file.setMetadata({ cacheControl: null as unknown as string, metadata: { b: null, c: "3" } });
  const [metadata] = await file.getMetadata();
  expect(metadata.metadata).toEqual({ a: "1", c: "3" });
  expect(metadata.cacheControl).toBeUndefined();
  expect(metadata.metageneration).toBe("2");
});

test("copies, moves and compositions have the bytes and an own generation", async () => {
  const { bucket } = await running();
  await bucket.file("a").save("one,", { resumable: false, contentType: "text/csv" });
  await bucket.file("b").save("two", { resumable: false });
  await bucket.file("a").copy(bucket.file("c"));
  expect((await bucket.file("c").getMetadata())[0]).toMatchObject({ contentType: "text/csv", size: "4" });

  const [both] = await bucket.combine(["a", "b"], "both");
  expect((await both.download())[0].toString()).toBe("one,two");
  const [composed] = await both.getMetadata();
  expect(composed).toMatchObject({ componentCount: 2, crc32c: expect.any(String) as string });
  expect(composed.md5Hash).toBeUndefined();

  const [made] = await bucket.combine(["b", "a"], "made", { ifGenerationMatch: 0 });
  await expect(bucket.combine(["a", "b"], "made", { ifGenerationMatch: 0 })).rejects.toMatchObject({ code: 412 });
  expect(String((await made.download())[0])).toBe("twoone,");
  await made.delete();
  await expect(bucket.combine(["a", "gone"], "other", { ifGenerationMatch: 0 })).rejects.toMatchObject({ code: 404 });

  await bucket.file("c").move("d");
  expect((await bucket.getFiles())[0].map(({ name }) => name)).toEqual(["a", "b", "both", "d"]);
  await bucket.file("a").delete();
  expect((await bucket.file("d").download())[0].toString()).toBe("one,");
});

test("what is not there is a 404 with Google's words", async () => {
  const { bucket, client } = await running();
  expect(await failure(bucket.file("none").getMetadata())).toBe("404 notFound");
  expect(await failure(bucket.file("none").delete())).toBe("404 notFound");
  expect(await failure(client.bucket("nobody").getMetadata())).toBe("404 notFound");
  await expect(bucket.file("none").getMetadata()).rejects.toThrow("No such object: acme-data/none");
});

test("a reader keeps the bytes it opened when the object is replaced meanwhile", async () => {
  const { bucket, storage } = await running();
  await bucket.file("a").save("before", { resumable: false });
  const { bytes } = await storage.open({ member: "user:you" }, "acme-data", "a");
  await bucket.file("a").save("after!", { resumable: false });
  const read: Buffer[] = [];
  for await (const chunk of bytes) read.push(chunk as Buffer);
  expect(Buffer.concat(read).toString()).toBe("before");
});

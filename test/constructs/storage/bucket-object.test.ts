import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TerraformOutput, TerraformVariable, Testing } from "cdktf";
import { expect, test } from "vitest";
import { Bucket } from "../../../constructs/storage/bucket";
import { BucketFolder } from "../../../constructs/storage/bucket-folder";
import { BucketObject, type BucketObjectProps } from "../../../constructs/storage/bucket-object";
import { aStack, messageOf, templateOf } from "../support";
import { examples, files } from "./examples";

type Options = Partial<BucketObjectProps>;

/** An object with these props, as it stands in the stack. */
function objectOf(props: Options): { readonly [argument: string]: unknown } {
  const template = templateOf((stack) => {
    new BucketObject(stack, "object", {
      bucket: new Bucket(stack, "files"),
      name: "specs/clicks.json",
      content: "{}",
      ...props,
    });
  });
  return Object.values(template.allResources("google_storage_bucket_object"))[0] ?? {};
}

test("an object of which nothing is said", () => {
  const template = templateOf(examples.BucketObject.minimal);
  expect(template.resource("google_storage_bucket_object.files-specs-clicks-json")).toEqual({
    bucket: "${google_storage_bucket.files.name}",
    name: "specs/clicks.json",
    content: "{}",
    content_type: "application/json",
    depends_on: ["time_sleep.apis"],
  });
});

test("an object of which all is said", () => {
  const template = templateOf(examples.BucketObject.maximal);
  expect(template.resource("google_storage_bucket_object.files-lookup-icon")).toEqual({
    bucket: "${google_storage_bucket.files.name}",
    name: "lookup/icon-d2ad9277baae",
    source: "${path.module}/assets/object-files-lookup-icon/content/icon.bin",
    content_type: "image/x-icon",
    content_encoding: "gzip",
    content_disposition: "attachment",
    content_language: "en",
    cache_control: "no-store",
    metadata: { owner: "growth" },
    storage_class: "NEARLINE",
    deletion_policy: "ABANDON",
    temporary_hold: true,
    depends_on: ["time_sleep.apis"],
  });
});

test("an object's text is nothing that Terraform evaluates, and its URL is", () => {
  const template = templateOf((stack) => {
    const bucket = new Bucket(stack, "files");
    const object = new BucketObject(stack, "spec", { bucket, name: "specs/clicks.json", content: '{"a":"${b}"}' });
    new BucketObject(stack, "pointer", { bucket, name: "latest", content: object.url });
  });
  expect(template.resource("google_storage_bucket_object.files-specs-clicks-json")["content"]).toBe('{"a":"$${b}"}');
  expect(template.resource("google_storage_bucket_object.files-latest")).toMatchObject({
    content:
      "gs://${google_storage_bucket.files.name}/${google_storage_bucket_object.files-specs-clicks-json.output_name}",
    content_type: "text/plain; charset=utf-8",
  });
});

test.each<[string, Options["content"], string]>([
  ["a.avro", "x", "application/vnd.apache.avro"],
  ["a.css", "x", "text/css; charset=utf-8"],
  ["a.csv", "x", "text/csv; charset=utf-8"],
  ["a.CSV", "x", "text/csv; charset=utf-8"],
  ["a.gif", "x", "image/gif"],
  ["a.csv.gz", "x", "application/gzip"],
  ["a.html", "x", "text/html; charset=utf-8"],
  ["a.jpeg", "x", "image/jpeg"],
  ["a.jpg", "x", "image/jpeg"],
  ["a.js", "x", "text/javascript; charset=utf-8"],
  ["a.mjs", "x", "text/javascript; charset=utf-8"],
  ["a.json", "x", "application/json"],
  ["logs/events.jsonl", "x", "application/x-ndjson"],
  ["logs/events.ndjson", "x", "application/x-ndjson"],
  ["a.md", "x", "text/markdown; charset=utf-8"],
  ["a.parquet", "x", "application/vnd.apache.parquet"],
  ["a.pdf", "x", "application/pdf"],
  ["a.py", "x", "text/x-python; charset=utf-8"],
  ["a.sql", "x", "application/sql"],
  ["a.svg", "x", "image/svg+xml"],
  ["a.tsv", "x", "text/tab-separated-values; charset=utf-8"],
  ["a.txt", "x", "text/plain; charset=utf-8"],
  ["a.webp", "x", "image/webp"],
  ["a.xml", "x", "application/xml"],
  ["a.yaml", "x", "application/yaml"],
  ["a.yml", "x", "application/yaml"],
  ["a.zip", "x", "application/zip"],
  ["v1.0/latest", "x", "text/plain; charset=utf-8"],
  ["a.unheard", "x", "text/plain; charset=utf-8"],
  ["a.unheard", { file: join(files, "icon.bin") }, "application/octet-stream"],
  ["a.png", { file: join(files, "icon.bin") }, "image/png"],
])("%s is of the type that its ending says", (name, content, type) => {
  expect(objectOf({ name, content })["content_type"]).toBe(type);
});

test("a short file of text stands in the stack, where a plan shows its change, and is not evaluated", () => {
  const folder = mkdtempSync(join(tmpdir(), "data-journey-"));
  const file = join(folder, "query.sql");
  writeFileSync(file, "SELECT '${a}', 'é'");
  expect(objectOf({ content: { file } })).toMatchObject({ content: "SELECT '$${a}', 'é'" });
  writeFileSync(file, "x".repeat(64 * 1024));
  expect(objectOf({ content: { file } })["content"]).toHaveLength(64 * 1024);
});

test.each<[string, string | Uint8Array]>([
  ["bytes", Uint8Array.of(0xff, 0xfe)],
  ["a long text", "x".repeat(64 * 1024 + 1)],
  ["nothing", ""],
])("a file of %s is copied beside the stack, at a path that does not change with it", (_, content) => {
  const file = join(mkdtempSync(join(tmpdir(), "data-journey-")), "data");
  writeFileSync(file, content);
  const source = "${path.module}/assets/object-files-a-b--c/content/data";
  expect(objectOf({ name: "a/b--c", content: { file } })).toMatchObject({ source });
  writeFileSync(file, Uint8Array.of(0xff, 0xff));
  expect(objectOf({ name: "a/b--c", content: { file } })).toMatchObject({ source });
});

test("what is beside the stack is the file's content", () => {
  const stack = aStack();
  new BucketObject(stack, "icon", {
    bucket: new Bucket(stack, "files"),
    name: "icon",
    content: { file: join(files, "icon.bin") },
  });
  const copy = join(Testing.fullSynth(stack), "stacks/test/assets/object-files-icon/content/icon.bin");
  expect(existsSync(copy)).toBe(true);
  expect(readFileSync(copy)).toEqual(readFileSync(join(files, "icon.bin")));
});

test("two objects of one name are two resources of one address, which is refused", () => {
  const stack = aStack();
  const bucket = new Bucket(stack, "files");
  const content = { file: join(files, "icon.bin") };
  new BucketObject(stack, "one", { bucket, name: "icon", content });
  expect(messageOf(() => new BucketObject(stack, "two", { bucket, name: "icon", content }))).toContain(
    "google_storage_bucket_object.files-icon is taken by test/one",
  );
});

test("a versioned object has its content's hash in its name, and not in its address", () => {
  const nameOf = (content: Options["content"], name = "specs/clicks.json") =>
    objectOf({ name, content, versioned: true })["name"];
  expect(nameOf("{}")).toMatch(/^specs\/clicks-[0-9a-f]{12}\.json$/);
  expect(nameOf("{}")).toBe(nameOf("{}"));
  expect(nameOf("{}")).not.toBe(nameOf("[]"));
  expect(nameOf("{}", "v1.0/clicks")).toMatch(/^v1\.0\/clicks-[0-9a-f]{12}$/);
  expect(nameOf("{}", ".hidden")).toMatch(/^\.hidden-[0-9a-f]{12}$/);
  expect(nameOf({ file: join(files, "index.html") })).toBe(nameOf("<h1>hello</h1>\n"));
  expect(objectOf({ versioned: true })["deletion_policy"]).toBe("ABANDON");
});

test("what is named by its content has to be known", () => {
  const stack = aStack();
  const bucket = new Bucket(stack, "files");
  const content = new TerraformVariable(stack, "content", {}).stringValue;
  expect(messageOf(() => new BucketObject(stack, "spec", { bucket, name: "a", content, versioned: true }))).toContain(
    "test/spec: its content holds a value that is known only at apply",
  );
  expect(new BucketObject(stack, "unversioned", { bucket, name: "b", content }).url).toContain("gs://");
});

test.each<[Options, string]>([
  [{ name: "" }, "name has 0 bytes: Cloud Storage takes 1 to 1024"],
  [{ name: "é".repeat(513) }, "name has 1026 bytes"],
  [{ name: "a\nb" }, 'name is "a\\nb": Cloud Storage takes no line breaks, no ".", no ".." and nothing in .well-known'],
  [{ content: "" }, "content is empty: Terraform's provider uploads no object without any"],
  [{ content: { file: "nowhere.csv" } }, 'content.file is "nowhere.csv": there is no such file'],
  [{ contentType: "csv" }, 'contentType is "csv": Cloud Storage has types of content such as "text/csv"'],
  [{ metadata: { a: "x".repeat(8_192) } }, "metadata is 8193 bytes: Cloud Storage takes at most 8192"],
])("an object with %j is not valid", (props, says) => {
  expect(messageOf(() => objectOf(props))).toContain(says);
});

test("the longest name and the most metadata are taken", () => {
  expect(objectOf({ name: "x".repeat(1_024), metadata: { a: "x".repeat(8_191) } })["name"]).toHaveLength(1_024);
});

test("a file that is too large is said to be data", () => {
  const stack = aStack();
  const fault = examples.BucketObject.faults.content.at(-1);
  expect(messageOf(() => fault?.(stack))).toMatch(/of 104857601 bytes: more than 104857600 is data, which is copied/);
});

test("a folder's files are objects, each by its path", () => {
  const template = templateOf(examples.BucketFolder.minimal);
  expect(template.allResources("google_storage_bucket_object")).toMatchObject({
    "files-icon-bin": { name: "icon.bin", source: "${path.module}/assets/object-files-icon-bin/content/icon.bin" },
    "files-index-html": { name: "index.html", content: "<h1>hello</h1>\n", content_type: "text/html; charset=utf-8" },
    "files-lists-devices-csv": { name: "lists/devices.csv", content: "device,type\nd1,valve\n" },
  });
  template.resourceCount("google_storage_bucket_object", 3);
});

test("what is said of a folder is said of each of its files", () => {
  const template = templateOf(examples.BucketFolder.maximal);
  expect(template.resource("google_storage_bucket_object.files-static-lists-devices-csv")).toMatchObject({
    name: expect.stringMatching(/^static\/lists\/devices-[0-9a-f]{12}\.csv$/) as unknown,
    cache_control: "no-store",
    metadata: { owner: "growth" },
    storage_class: "NEARLINE",
    deletion_policy: "ABANDON",
  });
});

test("a folder hands out its objects, and what waits for it waits for them all", () => {
  const template = templateOf((stack) => {
    const bucket = new Bucket(stack, "files");
    const folder = new BucketFolder(stack, "static", { bucket, folder: files, prefix: "static/" });
    expect([...folder.objects.keys()]).toEqual(["icon.bin", "index.html", "lists/devices.csv"]);
    expect(folder.waits()).toEqual([...folder.objects.values()].map(({ resource }) => resource));
    new TerraformOutput(stack, "url", { value: folder.url });
  });
  expect(template.outputs).toEqual({ url: "gs://${google_storage_bucket.files.name}/static/" });
});

test.each([
  [0, 'folder is "nowhere": there is no such folder'],
  [2, "there is no file in it"],
  [3, "folder has 501 files: more than 500 are data, which is copied and not deployed"],
])("a folder that is not valid says why", (index, says) => {
  const stack = aStack();
  expect(messageOf(() => examples.BucketFolder.faults["folder-files"][index]?.(stack))).toContain(says);
});

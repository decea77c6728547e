import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Attributes } from "../../../../local/service";
import { running, type Running } from "./support";

const apply = async ({ storage }: Running, type: string, config: { [name: string]: unknown }): Promise<Attributes> => {
  const found = storage.resources.find((one) => one.type === type);
  if (found === undefined) throw new Error(`${type} is not known`);
  return found.apply({ address: `${type}.it`, type, name: "it", config });
};

test("a bucket of the stack is there with its attributes, and counts its objects", async () => {
  const run = await running();
  const attributes = await apply(run, "google_storage_bucket", { name: "acme-clicks", location: "europe-west1" });
  expect(attributes).toMatchObject({ id: "acme-clicks", url: "gs://acme-clicks" });
  await run.client.bucket("acme-clicks").file("a").save("12345", { resumable: false });
  await apply(run, "google_storage_bucket", { name: "acme-clicks", location: "europe-west1", labels: { a: "b" } });
  expect((await run.client.bucket("acme-clicks").getMetadata())[0].labels).toEqual({ a: "b" });
  expect(run.storage.counters()).toMatchObject({ "google_storage_bucket.it": { objects: 1, bytes: 5 } });
});

test("an object of the stack has the content or the source, and stays the same when it is applied again", async () => {
  const run = await running();
  const config = {
    bucket: "acme-data",
    name: "spec.json",
    content: '{"price":"${5}"}',
    content_type: "application/json",
  };
  const first = await apply(run, "google_storage_bucket_object", config);
  const again = await apply(run, "google_storage_bucket_object", config);
  expect(again).toEqual(first);
  expect((await run.bucket.file("spec.json").download())[0].toString()).toBe('{"price":"${5}"}');
  const changed = await apply(run, "google_storage_bucket_object", { ...config, content: "{}" });
  expect(changed.generation).not.toBe(first.generation);

  const source = join(run.host.state, "products.csv");
  writeFileSync(source, "id\n1\n");
  await apply(run, "google_storage_bucket_object", { bucket: "acme-data", name: "products.csv", source });
  expect((await run.bucket.file("products.csv").download())[0].toString()).toBe("id\n1\n");
});

test("a member of a bucket is a grant on it", async () => {
  const run = await running();
  await apply(run, "google_storage_bucket_iam_member", {
    bucket: "acme-data",
    role: "roles/storage.objectAdmin",
    member: "serviceAccount:worker@acme-dev.iam.gserviceaccount.com",
  });
  expect(run.host.access.grants).toEqual([
    {
      role: "roles/storage.objectAdmin",
      member: "serviceAccount:worker@acme-dev.iam.gserviceaccount.com",
      on: "storage.googleapis.com/projects/_/buckets/acme-data",
      address: "google_storage_bucket_iam_member.it",
    },
  ]);
});

test("a source that is not there is an error with the resource's address", async () => {
  const run = await running();
  await expect(
    apply(run, "google_storage_bucket_object", { bucket: "acme-data", name: "a", source: "/none/such" }),
  ).rejects.toThrow("google_storage_bucket_object.it: its source cannot be read");
});

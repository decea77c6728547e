import { expect, test } from "vitest";
import { failure, running } from "./support";

test("a bucket is made, described, labelled and deleted", async () => {
  const { client } = await running();
  const [bucket] = await client.createBucket("acme-logs", { location: "europe-west1" });
  await bucket.setLabels({ team: "data" });
  const [metadata] = await bucket.getMetadata();
  expect(metadata).toMatchObject({
    name: "acme-logs",
    location: "EUROPE-WEST1",
    labels: { team: "data" },
    metageneration: "2",
  });
  expect(await failure(client.createBucket("acme-logs"))).toBe("409 duplicate");
  await bucket.delete();
  expect((await bucket.exists())[0]).toBe(false);
});

test("a bucket with objects is not deleted", async () => {
  const { bucket } = await running();
  await bucket.file("a").save("x", { resumable: false });
  expect(await failure(bucket.delete())).toBe("409 duplicate");
});

test.each(["ab", "Upper", "-dash", "a..b", "../x", "under_", "x".repeat(64)])(
  "%j is no name for a bucket",
  async (name) => {
    const { client } = await running();
    expect(await failure(client.createBucket(name))).toMatch(/^40[04] /);
  },
);

test("the stack's members are the bucket's policy, and cannot be taken away from here", async () => {
  const { bucket, host } = await running();
  const on = "storage.googleapis.com/projects/_/buckets/acme-data";
  const member = "serviceAccount:reader@acme-dev.iam.gserviceaccount.com";
  host.access.give({ role: "roles/storage.objectViewer", member, on, address: "google_storage_bucket_iam_member.a" });

  const [policy] = await bucket.iam.getPolicy();
  expect(policy.bindings).toEqual([{ role: "roles/storage.objectViewer", members: [member] }]);
  policy.bindings.push({ role: "roles/storage.objectAdmin", members: ["user:ann@acme.dev"] });
  await bucket.iam.setPolicy(policy);
  expect(host.access.grants).toHaveLength(2);
  expect(await failure(bucket.iam.setPolicy({ bindings: [] }))).toBe("501 notImplemented");
  expect((await bucket.iam.testPermissions(["storage.objects.get"]))[0]).toEqual({ "storage.objects.get": true });
});

test("what a caller may not do is a 403 that names the permission", async () => {
  const { bucket, host, as } = await running();
  const on = "storage.googleapis.com/projects/_/buckets/acme-data";
  const writer = { member: "serviceAccount:writer@acme-dev.iam.gserviceaccount.com" };
  host.access.allow(writer.member, "storage.objects.create", on);
  await bucket.file("old").save("x", { resumable: false });
  const theirs = (await as(writer)).bucket("acme-data");

  await theirs.file("new").save("x", { resumable: false });
  expect(await failure(theirs.file("new").getMetadata())).toBe("403 accessDenied");
  expect(await failure(theirs.getFiles())).toBe("403 accessDenied");
  await expect(theirs.file("new").delete()).rejects.toThrow(/storage\.objects\.delete/);
  // Replacing an object deletes the one that was there.
  expect(await failure(theirs.file("old").save("y", { resumable: false }))).toBe("403 accessDenied");
  expect((await bucket.file("old").download())[0].toString()).toBe("x");
});

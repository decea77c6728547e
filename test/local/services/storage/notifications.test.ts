import { expect, test } from "vitest";
import type { Caller } from "../../../../local/service";
import type { Publish } from "../../../../local/services/storage/notifications";
import { failure, running, type Running } from "./support";

const agent = "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com";
const topic = "projects/acme-dev/topics/uploads";

type Message = Parameters<Publish>[1][number];

/** A topic that keeps what it is sent, and may be down. */
class Topic {
  readonly messages: Message[] = [];
  readonly callers: Caller[] = [];
  down = false;
  readonly publish: Publish = (_, messages, caller) => {
    if (this.down) throw new Error("the topic is down");
    this.callers.push(caller);
    this.messages.push(...messages);
  };
}

async function withTopic(): Promise<Running & { topic: Topic }> {
  const there = new Topic();
  const run = await running({ dependencies: { publish: there.publish } });
  return { ...run, topic: there };
}

const apply = async ({ storage }: Running, config: { [name: string]: unknown }): Promise<unknown> =>
  storage.resources
    .find(({ type }) => type === "google_storage_notification")
    ?.apply({ address: "google_storage_notification.n", type: "google_storage_notification", name: "n", config });

test("an object's life is told to the topic, in the name of the Storage agent", async () => {
  const run = await withTopic();
  run.host.access.allow(agent, "pubsub.topics.publish", `pubsub.googleapis.com/${topic}`);
  await apply(run, { bucket: "acme-data", topic, payload_format: "JSON_API_V1", custom_attributes: { from: "test" } });

  const file = run.bucket.file("in/a.csv");
  await file.save("1", { resumable: false });
  await file.save("22", { resumable: false });
  await file.setMetadata({ contentType: "text/csv" });
  await file.delete();
  await Promise.resolve();

  expect(run.topic.messages.map(({ attributes }) => attributes.eventType)).toEqual([
    "OBJECT_FINALIZE",
    "OBJECT_FINALIZE",
    "OBJECT_DELETE",
    "OBJECT_METADATA_UPDATE",
    "OBJECT_DELETE",
  ]);
  const [first, second, replaced] = run.topic.messages as [Message, Message, Message];
  expect(first.attributes).toMatchObject({
    bucketId: "acme-data",
    objectId: "in/a.csv",
    payloadFormat: "JSON_API_V1",
    notificationConfig: "projects/_/buckets/acme-data/notificationConfigs/1",
    from: "test",
  });
  expect(second.attributes.overwroteGeneration).toBe(first.attributes.objectGeneration);
  expect(replaced.attributes.overwrittenByGeneration).toBe(second.attributes.objectGeneration);
  expect(JSON.parse(second.data.toString())).toMatchObject({ kind: "storage#object", name: "in/a.csv", size: "2" });
  expect(run.topic.callers[0]?.member).toBe(agent);
});

test("only the chosen events of the chosen names are told", async () => {
  const run = await withTopic();
  run.host.access.allow(agent, "pubsub.topics.publish", `pubsub.googleapis.com/${topic}`);
  const config = { bucket: "acme-data", topic, payload_format: "NONE", event_types: ["OBJECT_DELETE"] };
  await apply(run, { ...config, object_name_prefix: "in/" });
  for (const name of ["in/a", "out/a"]) {
    await run.bucket.file(name).save("x", { resumable: false });
    await run.bucket.file(name).delete();
  }
  expect(run.topic.messages.map(({ attributes, data }) => [attributes.objectId, data.length])).toEqual([["in/a", 0]]);
});

test("a notification without the agent's grant on the topic is refused when it is made", async () => {
  const run = await withTopic();
  await expect(apply(run, { bucket: "acme-data", topic, payload_format: "NONE" })).rejects.toThrow(
    `${agent} lacks pubsub.topics.publish`,
  );
  expect(await failure(run.bucket.createNotification(topic))).toMatch(/^403/);
});

test("an event is sent until it arrives", async () => {
  const run = await withTopic();
  run.host.access.allow(agent, "pubsub.topics.publish", `pubsub.googleapis.com/${topic}`);
  await apply(run, { bucket: "acme-data", topic, payload_format: "NONE" });
  run.topic.down = true;
  await run.bucket.file("a").save("x", { resumable: false });
  expect(run.host.clock.waiting).toBe(1);
  expect(run.host.logged.at(-1)?.message).toContain("OBJECT_FINALIZE of a was not published");
  run.topic.down = false;
  run.host.clock.advance(1_000);
  await Promise.resolve();
  expect(run.topic.messages).toHaveLength(1);
});

test("the client makes, lists and deletes notifications; applied again, one stays one", async () => {
  const run = await withTopic();
  run.host.access.allow(agent, "pubsub.topics.publish", `pubsub.googleapis.com/${topic}`);
  await apply(run, { bucket: "acme-data", topic, payload_format: "NONE" });
  await apply(run, { bucket: "acme-data", topic, payload_format: "NONE" });
  const [made] = await run.bucket.createNotification(topic, { eventTypes: ["OBJECT_FINALIZE"] });
  expect((await run.bucket.getNotifications())[0].map(({ id }) => id)).toEqual(["1", "2"]);
  await made.delete();
  expect((await run.bucket.getNotifications())[0].map(({ id }) => id)).toEqual(["1"]);
});

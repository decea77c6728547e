import { expect, test } from "vitest";
import { withoutRule } from "../../../constructs/core/rules";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { BucketNotification, type BucketNotificationProps } from "../../../constructs/storage/bucket-notification";
import { expectValid } from "../../../constructs/testing/expect";
import { aStack, messageOf, templateOf, warningsOf } from "../support";
import { examples } from "./examples";

test("a notification of which nothing is said tells of everything, and waits until Cloud Storage may publish", () => {
  const template = templateOf(examples.BucketNotification.minimal);
  expect(template.resource("google_storage_notification.files-tell")).toEqual({
    bucket: "${google_storage_bucket.files.name}",
    topic: "${google_pubsub_topic.uploads.id}",
    payload_format: "JSON_API_V1",
    depends_on: ["time_sleep.apis", "time_sleep.notification-files-tell"],
  });
  expect(template.resource("time_sleep.notification-files-tell")).toMatchObject({
    create_duration: "60s",
    depends_on: ["google_pubsub_topic_iam_member.uploads-pubsub-publisher-storage-agent"],
  });
  expect(
    template.resource("google_pubsub_topic_iam_member.uploads-pubsub-publisher-storage-agent")["depends_on"],
  ).toEqual(["data.google_storage_project_service_account.storage", "time_sleep.apis"]);
  expect(template.journey["whys"]).toMatchObject({
    "google_pubsub_topic_iam_member.uploads-pubsub-publisher-storage-agent": "tells of the objects of files",
  });
});

test("a notification of which all is said", () => {
  const template = templateOf((stack) => {
    const bucket = new Bucket(stack, "files");
    const topic = new Topic(stack, "uploads");
    new BucketNotification(stack, "tell", {
      bucket,
      topic,
      events: ["finalized", "metadata", "archived", "deleted"],
      prefix: "incoming/",
      attributes: { source: "files" },
      payload: "none",
    });
  });
  expect(template.resource("google_storage_notification.files-tell")).toMatchObject({
    event_types: ["OBJECT_FINALIZE", "OBJECT_METADATA_UPDATE", "OBJECT_ARCHIVE", "OBJECT_DELETE"],
    object_name_prefix: "incoming/",
    custom_attributes: { source: "files" },
    payload_format: "NONE",
  });
  const overridden = templateOf(examples.BucketNotification.maximal);
  expect(overridden.resource("google_storage_notification.files-tell")["event_types"]).toEqual(["OBJECT_FINALIZE"]);
});

test.each<[Partial<BucketNotificationProps>, string]>([
  [{ events: [] }, "events is empty: nothing would be told. Leave it away to be told of all"],
  [
    { attributes: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, ""])) },
    "attributes has 11: Cloud Storage takes at most 10",
  ],
  [{ attributes: { objectId: "mine" } }, "attributes has objectId, which is one of Cloud Storage's own"],
  [
    { attributes: { note: "x".repeat(1_025) } },
    "attributes.note is too long: Cloud Storage takes 256 bytes of name and 1024 of value",
  ],
])("a notification with %j is not valid", (props, says) => {
  const stack = aStack();
  const shared = { bucket: new Bucket(stack, "files"), topic: new Topic(stack, "uploads") };
  expect(messageOf(() => new BucketNotification(stack, "tell", { ...shared, ...props }))).toContain(says);
});

test("ten attributes are taken, as long as they may be", () => {
  const names = Array.from({ length: 9 }, (_, index) => [`a${index}`, "x".repeat(1_024)]);
  const attributes = Object.fromEntries([...names, ["x".repeat(256), ""]]) as { readonly [name: string]: string };
  const template = templateOf((stack) => {
    new BucketNotification(stack, "tell", {
      bucket: new Bucket(stack, "files"),
      topic: new Topic(stack, "uploads"),
      attributes,
    });
  });
  expect(template.resource("google_storage_notification.files-tell")["custom_attributes"]).toEqual(attributes);
});

/** A worker that is told of a bucket's objects, and what its stack warns of. */
function warningsWhere(
  build: (parts: { bucket: Bucket; worker: ServiceAccount; subscription: PullSubscription }) => void,
  props: Partial<BucketNotificationProps> = {},
  waive = false,
): string[] {
  const stack = aStack();
  const bucket = new Bucket(stack, "files");
  const topic = new Topic(stack, "uploads");
  if (waive) withoutRule(stack, "notification-loop", "it looks at the name first");
  new BucketNotification(stack, "tell", { bucket, topic, ...props });
  build({
    bucket,
    worker: new ServiceAccount(stack, "worker"),
    subscription: new PullSubscription(stack, "work", { topic }),
  });
  expectValid(stack);
  return warningsOf(stack).filter((warning) => warning.includes("notification-loop"));
}

const loop: Parameters<typeof warningsWhere>[0] = ({ bucket, worker, subscription }) => {
  subscription.grantSubscribe(worker);
  bucket.grantReadWrite(worker);
};

test("who is told of a bucket's objects and writes into it is told of its own", () => {
  expect(warningsWhere(loop)).toEqual([
    "test/tell: who reads projects/acme-dev/subscriptions/work may write into acme-dev-files, of whose every object it is told: it would be told of its own, without end. Give it another bucket, or the notification a prefix [notification-loop] (https://cloud.google.com/storage/docs/pubsub-notifications)",
  ]);
  expect(warningsWhere(loop, { prefix: "incoming/" })).toEqual([]);
  expect(warningsWhere(loop, {}, true)).toEqual([]);
});

test.each<[string, Parameters<typeof warningsWhere>[0]]>([
  [
    "only reads",
    ({ bucket, worker, subscription }) => {
      subscription.grantSubscribe(worker);
      bucket.grantRead(worker);
    },
  ],
  [
    "writes, and another one is told",
    ({ bucket, worker, subscription }) => {
      subscription.grantSubscribe(new ServiceAccount(subscription, "reader"));
      bucket.grantWrite(worker);
    },
  ],
  [
    "looks at the subscription's state and writes",
    ({ bucket, worker, subscription }) => {
      subscription.grant("roles/pubsub.viewer", worker);
      bucket.grantWrite(worker);
    },
  ],
])("there is no loop where a worker %s", (_, build) => {
  expect(warningsWhere(build)).toEqual([]);
});

test("every role that writes is seen", () => {
  for (const role of ["admin", "objectAdmin", "objectCreator", "objectUser"]) {
    const warnings = warningsWhere(({ bucket, worker, subscription }) => {
      subscription.grantSubscribe(worker);
      bucket.grant(`roles/storage.${role}`, worker);
    });
    expect(warnings, role).toHaveLength(1);
  }
});

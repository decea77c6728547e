import { describe, expect, test } from "vitest";
import { CloudFunction } from "../../../constructs/functions/cloud-function";
import type { CloudFunctionProps } from "../../../constructs/functions/function-props";
import type { FunctionTrigger } from "../../../constructs/functions/trigger";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { PushSubscription } from "../../../constructs/pubsub/push-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { expectRefused, expectValid } from "../../../constructs/testing/expect";
import { Template } from "../../../constructs/testing/template";
import type { GcpStack } from "../../../constructs/core/stack";
import { aStack, messageOf, warningsOf } from "../support";
import { source } from "./examples";

const URI = "${google_cloudfunctions2_function.process-order.service_config[0].uri}";

const called = (stack: GcpStack, trigger: FunctionTrigger, more: Partial<CloudFunctionProps> = {}): CloudFunction =>
  new CloudFunction(stack, "process-order", { source, entryPoint: "processOrder", trigger, ...more });

/** What a valid stack becomes. */
function validated(build: (stack: GcpStack) => unknown): Template {
  const stack = aStack();
  build(stack);
  expectValid(stack);
  return Template.fromStack(stack);
}

describe("messages", () => {
  test("are pushed by a subscription of the function's own, and set aside when they cannot be delivered", () => {
    const template = validated((stack) => called(stack, { topic: new Topic(stack, "orders") }));
    expect(template.resource("google_pubsub_subscription.process-order")).toMatchObject({
      topic: "${google_pubsub_topic.orders.id}",
      push_config: {
        push_endpoint: `${URI}/`,
        oidc_token: {
          audience: URI,
          service_account_email: "${google_service_account.process-order-push.email}",
        },
      },
      ack_deadline_seconds: 70,
      expiration_policy: { ttl: "" },
      dead_letter_policy: {
        dead_letter_topic: "${google_pubsub_topic.process-order-dead-letters.id}",
        max_delivery_attempts: 5,
      },
    });
    expect(template.resource("google_pubsub_subscription.process-order-dead-letters-kept")).toBeDefined();
    expect(
      template.resource("google_cloud_run_v2_service_iam_member.process-order-run-invoker-process-order-push"),
    ).toMatchObject({ role: "roles/run.invoker" });
    expect(template.resource("google_cloudfunctions2_function.process-order")).not.toHaveProperty("event_trigger");
  });

  test("may go to dead letters that others share, through a subscription that is called otherwise", () => {
    const template = validated((stack) => {
      called(stack, {
        topic: new Topic(stack, "orders"),
        subscription: "created-orders",
        filter: 'attributes.type = "order.created"',
        deadLetters: new DeadLetters(stack, "failed"),
        maxDeliveryAttempts: 10,
      });
    });
    expect(Object.keys(template.allResources("google_pubsub_subscription"))).toEqual(["created-orders", "failed-kept"]);
    expect(template.resource("google_pubsub_subscription.created-orders")).toMatchObject({
      filter: 'attributes.type = "order.created"',
      dead_letter_policy: { dead_letter_topic: "${google_pubsub_topic.failed.id}", max_delivery_attempts: 10 },
    });
  });

  test("are never with two instances at once: they come again when the function has surely ended", () => {
    for (const [timeout, deadline] of [
      ["540s", 550],
      ["1s", 11],
    ] as const) {
      const template = validated((stack) => called(stack, { topic: new Topic(stack, "orders") }, { timeout }));
      expect(template.resource("google_pubsub_subscription.process-order")["ack_deadline_seconds"]).toBe(deadline);
    }
  });

  test("fan out to a function for each kind", () => {
    const template = validated((stack) => {
      const topic = new Topic(stack, "orders");
      const deadLetters = new DeadLetters(stack, "failed");
      for (const kind of ["created", "shipped"]) {
        new CloudFunction(stack, `order-${kind}`, {
          source,
          entryPoint: "processOrder",
          trigger: { topic, deadLetters, filter: `attributes.type = "order.${kind}"` },
        });
      }
    });
    expect(Object.keys(template.allResources("google_pubsub_subscription"))).toEqual([
      "failed-kept",
      "order-created",
      "order-shipped",
    ]);
  });
});

describe("objects", () => {
  test("are told of in messages, which are pushed", () => {
    const template = validated((stack) =>
      called(stack, { bucket: new Bucket(stack, "files"), prefix: "incoming/", maxDeliveryAttempts: 7 }),
    );
    expect(template.resource("google_storage_notification.files-process-order")).toMatchObject({
      bucket: "${google_storage_bucket.files.name}",
      topic: "${google_pubsub_topic.process-order-events.id}",
      event_types: ["OBJECT_FINALIZE"],
      object_name_prefix: "incoming/",
      payload_format: "JSON_API_V1",
    });
    expect(template.resource("google_pubsub_subscription.process-order")).toMatchObject({
      topic: "${google_pubsub_topic.process-order-events.id}",
      push_config: { push_endpoint: `${URI}/` },
      dead_letter_policy: { max_delivery_attempts: 7 },
    });
  });

  test("may come, change and go", () => {
    const template = validated((stack) =>
      called(stack, { bucket: new Bucket(stack, "files"), events: ["deleted", "metadata"], subscription: "gone" }),
    );
    expect(template.resource("google_storage_notification.files-process-order")).toMatchObject({
      topic: "${google_pubsub_topic.gone-events.id}",
      event_types: ["OBJECT_DELETE", "OBJECT_METADATA_UPDATE"],
    });
    expect(template.resource("google_pubsub_subscription.gone")).toBeDefined();
  });

  test("that the function writes itself would call it without end", () => {
    const stack = aStack();
    const files = new Bucket(stack, "files");
    files.grantReadWrite(called(stack, { bucket: files }).identity);
    expect(messageOf(() => expectValid(stack))).toContain(
      "test/process-order: is called for each object of acme-dev-files, and may write into it: it would be called for its own, without end. Let it write elsewhere, or give the trigger a prefix that what it writes has not [function-loop]",
    );
  });

  test.each<[string, (stack: GcpStack) => unknown]>([
    [
      "reads the bucket",
      (stack) => {
        const files = new Bucket(stack, "files");
        files.grantRead(called(stack, { bucket: files }).identity);
      },
    ],
    [
      "writes into another bucket",
      (stack) => {
        const { identity } = called(stack, { bucket: new Bucket(stack, "files") });
        new Bucket(stack, "out").grantReadWrite(identity);
      },
    ],
    [
      "is called for what has a prefix",
      (stack) => {
        const files = new Bucket(stack, "files");
        files.grantReadWrite(called(stack, { bucket: files, prefix: "in/" }).identity);
      },
    ],
    [
      "is written for by others",
      (stack) => {
        const files = new Bucket(stack, "files");
        called(stack, { bucket: files });
        const other = new CloudFunction(stack, "upload", {
          source,
          entryPoint: "processOrder",
          trigger: { http: "public" },
        });
        files.grantReadWrite(other.identity);
      },
    ],
  ])("call no function without end that %s", (_, build) => {
    expect(() => validated(build)).not.toThrow();
  });
});

describe("documents", () => {
  test("are told of by Eventarc, as an account that may call the function", () => {
    const template = validated((stack) => called(stack, { document: "orders/{order}" }));
    expect(template.resource("google_eventarc_trigger.process-order")).toMatchObject({
      name: "process-order",
      location: "europe-west1",
      service_account: "${google_service_account.process-order-trigger.email}",
      matching_criteria: [
        { attribute: "type", value: "google.cloud.firestore.document.v1.written" },
        { attribute: "database", value: "(default)" },
        { attribute: "document", value: "orders/{order}", operator: "match-path-pattern" },
      ],
      destination: {
        cloud_run_service: {
          service: "${google_cloudfunctions2_function.process-order.name}",
          region: "europe-west1",
        },
      },
    });
    expect(
      template.resource("google_cloud_run_v2_service_iam_member.process-order-run-invoker-process-order-trigger"),
    ).toMatchObject({ role: "roles/run.invoker" });
  });

  test("of another database are told of where that is", () => {
    const template = validated((stack) =>
      called(stack, { document: "orders/one", event: "deleted", database: { name: "shop", location: "eur3" } }),
    );
    expect(template.resource("google_eventarc_trigger.process-order")).toMatchObject({
      location: "eur3",
      matching_criteria: [
        { attribute: "type", value: "google.cloud.firestore.document.v1.deleted" },
        { attribute: "database", value: "shop" },
        { attribute: "document", value: "orders/one" },
      ],
    });
    const criteria = template.resource("google_eventarc_trigger.process-order")["matching_criteria"] as object[];
    expect(criteria[2]).not.toHaveProperty("operator");
  });
});

describe("a schedule", () => {
  test("calls the function with a token, and waits as long as it may take", () => {
    const template = validated((stack) =>
      called(
        stack,
        {
          cron: "0 9 * * 1",
          timeZone: "America/New_York",
          body: { report: "weekly" },
          headers: { "X-Kind": "report" },
        },
        { timeout: "5m" },
      ),
    );
    expect(template.resource("google_cloud_scheduler_job.process-order")).toMatchObject({
      name: "process-order",
      schedule: "0 9 * * 1",
      time_zone: "America/New_York",
      attempt_deadline: "300s",
      http_target: {
        http_method: "POST",
        uri: `${URI}/`,
        headers: { "X-Kind": "report" },
        body: Buffer.from('{"report":"weekly"}').toString("base64"),
        oidc_token: { audience: URI },
      },
    });
    expect(template.allResources("google_pubsub_subscription")).toEqual({});
  });

  test("waits 15 seconds at least", () => {
    const template = validated((stack) => called(stack, { cron: "0 9 * * 1" }, { timeout: "1s" }));
    expect(template.resource("google_cloud_scheduler_job.process-order")["attempt_deadline"]).toBe("15s");
  });
});

/** Whether it is said of a function that nobody may call it. */
function warned(trigger: (stack: GcpStack) => FunctionTrigger): boolean {
  const stack = aStack();
  called(stack, trigger(stack));
  expectValid(stack);
  return warningsOf(stack).some((warning) => warning.includes("[service-uninvoked]"));
}

test("a private function that nobody calls is worth a word; one that something calls is not", () => {
  expect(warned(() => ({ http: "private" }))).toBe(true);
  expect(warned(() => ({ http: "public" }))).toBe(false);
  expect(warned((stack) => ({ topic: new Topic(stack, "orders") }))).toBe(false);
  expect(warned(() => ({ document: "orders/{order}" }))).toBe(false);
  expect(warned(() => ({ cron: "0 9 * * 1" }))).toBe(false);
});

test("who pushes to a function's URL has to give the function itself", () => {
  const stack = aStack();
  const { url } = called(stack, { http: "private" });
  new PushSubscription(stack, "push", { topic: new Topic(stack, "clicks"), to: { url: url as `https://${string}` } });
  expectRefused(stack, "push-without-grant");
});

test("who is told a private function's address has to have the right to call it", () => {
  const stack = aStack();
  const { url } = called(stack, { http: "private" });
  const caller = new CloudFunction(stack, "caller", {
    source,
    entryPoint: "processOrder",
    trigger: { http: "public" },
    env: { PROCESS: url },
  });
  expect(messageOf(() => expectValid(stack))).toContain("env PROCESS names");
  expect(caller.url).not.toBe(url);
});

test("a function that is told a name has to have the right to it", () => {
  const stack = aStack();
  const topic = new Topic(stack, "orders");
  called(stack, { http: "public" }, { env: { TOPIC: topic.path } });
  expectRefused(stack, "use-without-right");
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ContainerImage } from "../../../constructs/core/image";
import type { GcpStack } from "../../../constructs/core/stack";
import { DataJourney } from "../../../constructs/data-journey/data-journey";
import { EventHandler } from "../../../constructs/data-journey/event-handler";
import { EventTopic } from "../../../constructs/data-journey/event-topic";
import { FunctionSource } from "../../../constructs/functions/function-source";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { expectRefused, expectValid } from "../../../constructs/testing/expect";
import { Match } from "../../../constructs/testing/match";
import type { Template } from "../../../constructs/testing/template";
import { aStack, IMAGE, messageOf, templateOf } from "../support";
import { Order } from "./events";

const image = ContainerImage.fromRegistry(IMAGE);
const journeyOf = (stack: GcpStack): DataJourney<typeof Order.fields> =>
  new DataJourney(stack, "journey", { event: Order });

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "handler-"));
  writeFileSync(join(folder, "index.ts"), "export const created = (): void => undefined;\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

function environmentOf(template: Template, address: string): { readonly [name: string]: string } {
  const { template: revision } = template.resource(address) as {
    readonly template: { readonly containers: readonly [{ readonly env: readonly { name: string; value: string }[] }] };
  };
  return Object.fromEntries(revision.containers[0].env.map(({ name, value }) => [name, value]));
}

/** A topic that somebody reads. */
function readTopic(stack: GcpStack, name: string): Topic {
  const topic = new Topic(stack, name);
  new PullSubscription(stack, `${name}-read`, { topic });
  return topic;
}

describe("a handler in a container", () => {
  test("of which little is said is pushed all events, and may set aside what it cannot handle", () => {
    const template = templateOf((stack) => journeyOf(stack).handle({ name: "created", image }));
    expect(environmentOf(template, "google_cloud_run_v2_service.created")).toEqual({
      AUDIENCE: "https://created.europe-west1.acme-dev.internal",
      FAILURES: "${google_pubsub_topic.order-event-dead-letters.id}",
      PUSHER: "${google_service_account.created-push.email}",
    });
    template.hasResource("google_cloud_run_v2_service", {
      name: "created",
      ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
      invoker_iam_disabled: Match.absent(),
      template: { timeout: "60s", service_account: "${google_service_account.created.email}" },
    });
    template.hasResource("google_pubsub_subscription", {
      name: "created",
      filter: Match.absent(),
      topic: "${google_pubsub_topic.order-event.id}",
      ack_deadline_seconds: 60,
      push_config: {
        push_endpoint: "${google_cloud_run_v2_service.created.uri}/",
        oidc_token: {
          audience: "https://created.europe-west1.acme-dev.internal",
          service_account_email: "${google_service_account.created-push.email}",
        },
      },
      dead_letter_policy: {
        dead_letter_topic: "${google_pubsub_topic.order-event-dead-letters.id}",
        max_delivery_attempts: 5,
      },
    });
    expect(
      Object.values(template.allResources("google_pubsub_topic_iam_member")).map(({ topic, member }) => [
        topic,
        member,
      ]),
    ).toEqual([
      ["${google_pubsub_topic.order-event-dead-letters.name}", "${google_service_account.created.member}"],
      ["${google_pubsub_topic.order-event-dead-letters.name}", "${google_project_service_identity.pubsub.member}"],
    ]);
  });

  test("of which much is said", () => {
    const template = templateOf((stack) => {
      const handler = new EventHandler(stack, "handler", {
        events: {
          topic: Topic.fromName(stack, "theirs", { name: "orders", project: "shop" }),
          deadLetters: new DeadLetters(stack, "letters"),
        },
        name: "created",
        subscription: "orders-created",
        image,
        env: { LEVEL: "debug" },
        memory: "1Gi",
        maxInstances: 3,
        filter: 'attributes.type = "order.created"',
        ackDeadline: "120s",
        maxDeliveryAttempts: 10,
        backoff: { minimum: "1s", maximum: "60s" },
        ordering: true,
        retention: "1d",
        publishTo: readTopic(stack, "results"),
        failures: readTopic(stack, "failed"),
        identity: new ServiceAccount(stack, "handler-account"),
      });
      expect(handler.service?.key).toBe("created");
      expect(handler.function).toBeUndefined();
    });
    expect(environmentOf(template, "google_cloud_run_v2_service.created")).toMatchObject({
      FAILURES: "${google_pubsub_topic.failed.id}",
      LEVEL: "debug",
      PUBLISH_TO: "${google_pubsub_topic.results.id}",
    });
    template.hasResource("google_cloud_run_v2_service", {
      template: { timeout: "120s", service_account: "${google_service_account.handler-account.email}" },
    });
    template.hasResource("google_pubsub_subscription", {
      name: "orders-created",
      topic: "projects/shop/topics/orders",
      filter: 'attributes.type = "order.created"',
      ack_deadline_seconds: 120,
      enable_message_ordering: true,
      message_retention_duration: "86400s",
      retry_policy: { minimum_backoff: "1s", maximum_backoff: "60s" },
      dead_letter_policy: { max_delivery_attempts: 10 },
    });
  });
});

describe("a handler that is a function", () => {
  test("is pushed its events as a container is", () => {
    const template = templateOf((stack) => {
      const handler = journeyOf(stack).handle({
        name: "created",
        source: FunctionSource.fromFolder(folder),
        entryPoint: "created",
        memory: "512Mi",
        filter: 'attributes.type = "order.created"',
        maxDeliveryAttempts: 7,
        publishTo: readTopic(stack, "results"),
      });
      expect(handler.service).toBeUndefined();
      expect(handler.function).toBeDefined();
    });
    template.hasResource("google_cloudfunctions2_function", {
      name: "created",
      service_config: {
        available_memory: "512Mi",
        environment_variables: {
          FAILURES: "${google_pubsub_topic.order-event-dead-letters.id}",
          PUBLISH_TO: "${google_pubsub_topic.results.id}",
        },
      },
    });
    template.hasResource("google_pubsub_subscription", {
      name: "created",
      filter: 'attributes.type = "order.created"',
      push_config: { oidc_token: Match.any() },
      dead_letter_policy: {
        dead_letter_topic: "${google_pubsub_topic.order-event-dead-letters.id}",
        max_delivery_attempts: 7,
      },
    });
  });
});

describe("handlers of one topic", () => {
  test("are a fan-out: each has a subscription of its own", () => {
    const template = templateOf((stack) => {
      const journey = journeyOf(stack);
      for (const type of ["created", "shipped"]) {
        journey.handle({ name: type, image, filter: `attributes.type = "order.${type}"` });
      }
    });
    expect(Object.keys(template.allResources("google_pubsub_subscription"))).toEqual([
      "created",
      "order-event-dead-letters-kept",
      "shipped",
    ]);
  });

  test("may be a chain, by topics between them", () => {
    const stack = aStack();
    const journey = journeyOf(stack);
    const next = new EventTopic(stack, "next", { event: Order, name: "next" });
    journey.handle({ name: "first", image, publishTo: next });
    new EventHandler(stack, "second", { events: next, name: "second", image });
    expectValid(stack);
  });

  test("may not go round in a circle", () => {
    const stack = aStack();
    const journey = journeyOf(stack);
    const next = new EventTopic(stack, "next", { event: Order, name: "next" });
    journey.handle({ name: "first", image, publishTo: next });
    new EventHandler(stack, "second", { events: next, name: "second", image, publishTo: journey.events });
    expect(messageOf(() => expectValid(stack))).toContain(
      "test/journey/handle first: publishes to projects/acme-dev/topics/next, from where it is published to projects/acme-dev/topics/order-event, which it is subscribed to: one message would go round for ever",
    );
    expectRefused(stack, "handler-loop");
  });

  test("may publish to their own topic what their filter does not let through", () => {
    const stack = aStack();
    const journey = journeyOf(stack);
    journey.handle({ name: "first", image, publishTo: journey.events, filter: "attributes:new" });
    expectValid(stack);
    journey.handle({ name: "second", image, publishTo: journey.events });
    expectRefused(stack, "handler-loop");
  });
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { agent, type Cloud, cloud, settle, subscriptionPath, topicPath } from "./cloud";

let c: Cloud;
beforeEach(async () => {
  c = cloud();
  await c.apply("google_pubsub_topic", { name: "clicks" });
  await c.apply("google_pubsub_topic", { name: "dead" });
  await c.apply("google_pubsub_subscription", { name: "kept", topic: "dead" });
  const dead_letter_policy = { dead_letter_topic: "projects/acme-dev/topics/dead", max_delivery_attempts: 5 };
  const push_config = { push_endpoint: "https://clean.test/" };
  await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks", dead_letter_policy, push_config });
  c.endpoint.status = 500;
  await c.pubsub.start();
});
afterEach(() => c.close());

const grant = {
  publish: (): unknown => c.host.access.allow(agent, "pubsub.topics.publish", topicPath("dead")),
  consume: (): unknown => c.host.access.allow(agent, "pubsub.subscriptions.consume", subscriptionPath("reader")),
};

async function failures(count: number): Promise<void> {
  for (let attempt = 0; attempt < count; attempt++) {
    await settle();
    c.clock.advance(60_000);
  }
  await settle();
}

test("a dead letter is the message, with what became of it as attributes", async () => {
  grant.publish();
  grant.consume();
  const published = new Date(c.clock.now()).toISOString();
  await c.publish("poison", { attributes: { a: "b" }, key: "k" });
  await failures(5);
  const [letter] = c.pubsub.peek("projects/acme-dev/subscriptions/kept");
  expect(Buffer.from(letter?.data ?? []).toString()).toBe("poison");
  expect(letter?.orderingKey).toBe("k");
  expect(letter?.attributes).toEqual({
    a: "b",
    CloudPubSubDeadLetterSourceDeliveryCount: "5",
    CloudPubSubDeadLetterSourceSubscription: "reader",
    CloudPubSubDeadLetterSourceSubscriptionProject: "acme-dev",
    CloudPubSubDeadLetterSourceTopicPublishTime: published.replace("Z", "+00:00"),
  });
  expect(c.counters("google_pubsub_subscription.reader")).toMatchObject({ deadLettered: 1, unacknowledged: 0 });
});

describe("without its grants", () => {
  test.each([
    ["publisher on the dead-letter topic", "consume", "pubsub.topics.publish", topicPath("dead")],
    ["subscriber on the subscription", "publish", "pubsub.subscriptions.consume", subscriptionPath("reader")],
  ] as const)(
    "of %s nothing is forwarded: the denial is counted and told once, and the message is kept",
    async (_, given, permission, resource) => {
      grant[given]();
      await c.publish("poison");
      await failures(8);
      expect(c.held("kept")).toEqual([]);
      expect(c.held("reader")).toEqual(["poison"]);
      expect(c.host.access.denials[0]).toMatchObject({ member: agent, permission, resource });
      const told = c.warnings().filter((message) => message.includes("cannot go to the dead letters"));
      expect(told).toEqual([
        expect.stringMatching(
          /reader: message \d+ failed 5 times and cannot go to the dead letters, so it is delivered again and again\. .* lacks pubsub/,
        ),
      ]);
    },
  );

  test("it is forwarded once the grants are there", async () => {
    await c.publish("poison");
    await failures(6);
    grant.publish();
    grant.consume();
    await failures(1);
    expect(c.held("kept")).toEqual(["poison"]);
    expect(c.held("reader")).toEqual([]);
  });
});

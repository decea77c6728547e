import { expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../../constructs/core/image";
import { withoutRule } from "../../../constructs/core/rules";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { BigQuerySubscription } from "../../../constructs/pubsub/bigquery-subscription";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { PullSubscription, type PullSubscriptionProps } from "../../../constructs/pubsub/pull-subscription";
import { PushSubscription } from "../../../constructs/pubsub/push-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { integer, nullable, string, timestamp } from "../support-pipeline";
import { aStack, IMAGE, messageOf, templateOf } from "../support";

const topic = (stack: GcpStack): Topic => new Topic(stack, "clicks");
const service = (stack: GcpStack): CloudRunService =>
  new CloudRunService(stack, "service", { image: ContainerImage.fromRegistry(IMAGE) });
const table = (stack: GcpStack): Table =>
  new Table(stack, "raw", { dataset: new Dataset(stack, "events"), columns: { data: nullable(string()) } });

const pushWithoutToken = (stack: GcpStack): unknown =>
  new PushSubscription(stack, "outside", { topic: topic(stack), to: { url: "https://example.com" }, as: "nobody" });

function pushToUrl(stack: GcpStack, access?: "public"): unknown {
  const image = ContainerImage.fromRegistry(IMAGE);
  const { url } = new CloudRunService(stack, "service", { image, access });
  return new PushSubscription(stack, "sub", { topic: topic(stack), to: { url: url as "https://..." } });
}

test("a subscription of which nothing is said never expires and gives its reader a minute", () => {
  const template = templateOf((stack) => new PullSubscription(stack, "reader", { topic: topic(stack) }));
  expect(template.resource("google_pubsub_subscription.reader")).toEqual({
    name: "reader",
    topic: "${google_pubsub_topic.clicks.id}",
    ack_deadline_seconds: 60,
    expiration_policy: { ttl: "" },
    depends_on: ["time_sleep.apis"],
  });
});

test("a subscription of which all is said", () => {
  const template = templateOf(
    (stack) => {
      new PullSubscription(stack, "sub", {
        name: "reader",
        topic: topic(stack),
        filter: 'attributes.event_type = "user_signup"',
        ackDeadline: "10s",
        retention: "31d",
        ordering: true,
        exactlyOnce: true,
        deadLetters: new DeadLetters(stack, "dead-letters"),
        maxDeliveryAttempts: 100,
        backoff: { minimum: "1s", maximum: "2m" },
        labels: { team: "growth" },
      });
    },
    { removal: "keep", prefix: "alice" },
  );
  expect(template.resource("google_pubsub_subscription.reader")).toEqual({
    name: "alice-reader",
    topic: "${google_pubsub_topic.clicks.id}",
    filter: 'attributes.event_type = "user_signup"',
    ack_deadline_seconds: 10,
    message_retention_duration: "2678400s",
    enable_message_ordering: true,
    enable_exactly_once_delivery: true,
    expiration_policy: { ttl: "" },
    dead_letter_policy: {
      dead_letter_topic: "${google_pubsub_topic.dead-letters.id}",
      max_delivery_attempts: 100,
    },
    retry_policy: { minimum_backoff: "1s", maximum_backoff: "120s" },
    labels: { team: "growth" },
    lifecycle: { prevent_destroy: true },
    depends_on: ["google_pubsub_topic_iam_member.dead-letters-pubsub-publisher-pubsub-agent", "time_sleep.apis"],
  });
});

test.each<[Partial<PullSubscriptionProps>, string]>([
  [{ name: "x" }, 'name is "x": Pub/Sub takes 3 to 255'],
  [{ ackDeadline: "5s" }, 'ackDeadline is "5s": Pub/Sub takes 10s to 600s'],
  [{ ackDeadline: "11m" }, 'ackDeadline is "11m": Pub/Sub takes 10s to 600s'],
  [{ retention: "32d" }, 'retention is "32d": Pub/Sub takes 10m to 31d'],
  [{ maxDeliveryAttempts: 4 }, "maxDeliveryAttempts is 4: Pub/Sub takes 5 to 100"],
  [{ maxDeliveryAttempts: 5 }, "maxDeliveryAttempts is 5, but there is nowhere to set messages aside"],
  [
    { filter: `attributes.a = "${"ä".repeat(150)}"` },
    "filter is 317 bytes: Pub/Sub takes at most 256. Filter in the pipeline instead: .filter((event) => ...)",
  ],
  [{ backoff: { minimum: "11m" } }, 'backoff.minimum is "11m": Pub/Sub takes 0s to 600s'],
  [{ backoff: { maximum: "601s" } }, 'backoff.maximum is "601s": Pub/Sub takes 0s to 600s'],
  [{ backoff: { minimum: "60s", maximum: "20s" } }, 'backoff.minimum is "60s", above backoff.maximum, which is "20s"'],
  [{ backoff: { maximum: "5s" } }, 'backoff.minimum is "10s", above backoff.maximum, which is "5s"'],
])("a subscription with %j is not valid", (props, says) => {
  const stack = aStack();
  expect(messageOf(() => new PullSubscription(stack, "reader", { topic: topic(stack), ...props }))).toContain(says);
});

test("dead letters need two rights of Pub/Sub's: to publish them, and to take them from where they were", () => {
  const template = templateOf((stack) => {
    const deadLetters = new DeadLetters(stack, "dead-letters");
    new PullSubscription(stack, "reader", { topic: topic(stack), deadLetters });
  });
  const agent = "${google_project_service_identity.pubsub.member}";
  expect(template.resource("google_pubsub_topic_iam_member.dead-letters-pubsub-publisher-pubsub-agent")).toMatchObject({
    role: "roles/pubsub.publisher",
    member: agent,
  });
  expect(
    template.resource("google_pubsub_subscription_iam_member.reader-pubsub-subscriber-pubsub-agent"),
  ).toMatchObject({ role: "roles/pubsub.subscriber", member: agent });
  expect(template.resource("google_pubsub_subscription.reader")).toMatchObject({
    dead_letter_policy: { max_delivery_attempts: 5 },
  });
});

test("dead letters are kept as long as Pub/Sub can", () => {
  const template = templateOf((stack) => new DeadLetters(stack, "dead-letters", { name: "clicks-dead-letters" }));
  expect(template.resource("google_pubsub_subscription.clicks-dead-letters-kept")).toMatchObject({
    topic: "${google_pubsub_topic.clicks-dead-letters.id}",
    message_retention_duration: "2678400s",
    expiration_policy: { ttl: "" },
  });
});

test("a push carries a token of an account that may invoke the service and nothing else", () => {
  const template = templateOf((stack) => {
    new PushSubscription(stack, "to_service", { topic: topic(stack), to: service(stack), path: "/events" });
  });
  expect(template.resource("google_pubsub_subscription.to_service")).toEqual({
    name: "to_service",
    topic: "${google_pubsub_topic.clicks.id}",
    ack_deadline_seconds: 60,
    expiration_policy: { ttl: "" },
    retry_policy: { minimum_backoff: "10s", maximum_backoff: "600s" },
    push_config: {
      push_endpoint: "${google_cloud_run_v2_service.service.uri}/events",
      oidc_token: {
        service_account_email: "${google_service_account.to-service-push.email}",
        audience: "https://service.europe-west1.acme-dev.internal",
      },
    },
    depends_on: [
      "google_cloud_run_v2_service_iam_member.service-run-invoker-to-service-push",
      "google_service_account_iam_member.to-service-push-iam-serviceAccountTokenCreator-pubsub-agent",
      "time_sleep.apis",
    ],
  });
});

test("the service has the token's audience as one of its own, so that it can be told it", () => {
  const template = templateOf((stack) => void service(stack));
  expect(template.resource("google_cloud_run_v2_service.service")["custom_audiences"]).toEqual([
    "https://service.europe-west1.acme-dev.internal",
  ]);
});

test("a push may carry the token of an account that is there, to a place that is not Google's", () => {
  const template = templateOf((stack) => {
    const as = ServiceAccount.fromEmail(stack, "as", { email: "sender@acme-dev.iam.gserviceaccount.com" });
    new PushSubscription(stack, "outside", { topic: topic(stack), to: { url: "https://example.com" }, as });
  });
  expect(template.resource("google_pubsub_subscription.outside")).toMatchObject({
    push_config: {
      push_endpoint: "https://example.com/",
      oidc_token: { service_account_email: "sender@acme-dev.iam.gserviceaccount.com", audience: "https://example.com" },
    },
  });
});

test("a push to a service that is there already is let in by its name", () => {
  const template = templateOf((stack) => {
    const to = CloudRunService.fromName(stack, "theirs", {
      name: "api",
      url: "https://api-x.run.app",
      project: "shop-prod",
    });
    new PushSubscription(stack, "to-theirs", { topic: topic(stack), to });
  });
  expect(template.resource("google_pubsub_subscription.to-theirs")).toMatchObject({
    push_config: { push_endpoint: "https://api-x.run.app/", oidc_token: { audience: "https://api-x.run.app" } },
  });
  expect(
    template.resource("google_cloud_run_v2_service_iam_member.shop-prod-api-run-invoker-to-theirs-push"),
  ).toMatchObject({ name: "api", project: "shop-prod", location: "europe-west1" });
});

test("a push without a token is refused until somebody says why", () => {
  expect(messageOf(() => templateOf(pushWithoutToken))).toContain(
    "test/outside: pushes without a token, so that the endpoint cannot tell Pub/Sub from anybody else. Give it an account: as [push-without-token]",
  );
  const template = templateOf((stack) => {
    withoutRule(stack, "push-without-token", "it checks a secret in the URL");
    pushWithoutToken(stack);
  });
  expect(template.resource("google_pubsub_subscription.outside")["push_config"]).toEqual({
    push_endpoint: "https://example.com/",
  });
});

test("a push to the bare URL of a service of ours lacks the right to invoke it", () => {
  expect(messageOf(() => templateOf((stack) => pushToUrl(stack)))).toContain(
    "test/sub: pushes to the URL of a service that its account may not invoke. Give the service itself: to [push-without-grant]",
  );
  expect(() => templateOf((stack) => pushToUrl(stack, "public"))).not.toThrow();
});

test("a BigQuery subscription waits until Pub/Sub may write to the table, and a while", () => {
  const template = templateOf((stack) => {
    new BigQuerySubscription(stack, "raw_direct", { topic: topic(stack), table: table(stack) });
  });
  expect(template.resource("google_pubsub_subscription.raw_direct")).toEqual({
    name: "raw_direct",
    topic: "${google_pubsub_topic.clicks.id}",
    ack_deadline_seconds: 60,
    expiration_policy: { ttl: "" },
    retry_policy: { minimum_backoff: "10s", maximum_backoff: "600s" },
    bigquery_config: {
      table: "acme-dev.${google_bigquery_table.events-raw.dataset_id}.${google_bigquery_table.events-raw.table_id}",
    },
    depends_on: ["time_sleep.apis", "time_sleep.raw_direct"],
  });
  expect(template.resource("time_sleep.raw_direct")).toEqual({
    create_duration: "60s",
    depends_on: ["google_bigquery_table_iam_member.events-raw-bigquery-dataEditor-pubsub-agent"],
    provider: "time",
  });
});

test("a BigQuery subscription of which all is said", () => {
  const template = templateOf((stack) => {
    const columns = {
      user: string(),
      subscription_name: string(),
      message_id: string(),
      publish_time: timestamp(),
      attributes: string(),
    };
    new BigQuerySubscription(stack, "raw_direct", {
      topic: topic(stack),
      table: new Table(stack, "raw", { dataset: new Dataset(stack, "events"), columns }),
      columns: "table-schema",
      metadata: true,
      dropUnknownFields: true,
    });
  });
  expect(template.resource("google_pubsub_subscription.raw_direct")).toMatchObject({
    bigquery_config: { use_table_schema: true, write_metadata: true, drop_unknown_fields: true },
  });
});

test("Pub/Sub writes into columns of its own names and types, and the table has to have them", () => {
  const stack = aStack();
  const dataset = new Dataset(stack, "events");
  const wrong = new Table(stack, "wrong", { dataset, columns: { data: integer(), message_id: string() } });
  const message = messageOf(
    () =>
      new BigQuerySubscription(stack, "sub", {
        topic: topic(stack),
        table: wrong,
        metadata: true,
        dropUnknownFields: true,
      }),
  );
  expect(message).toContain('dropUnknownFields needs columns: "topic-schema" or "table-schema"');
  expect(message).toContain(
    "table wrong lacks the columns that Pub/Sub writes: data (STRING or BYTES or JSON), subscription_name (STRING), publish_time (TIMESTAMP) and attributes (STRING or JSON)",
  );
});

test("a table of which nothing is known may have the right columns", () => {
  const template = templateOf((stack) => {
    const dataset = Dataset.fromName(stack, "theirs", { name: "events", project: "shop" });
    const there = Table.fromName(stack, "there", { dataset, name: "raw" });
    new BigQuerySubscription(stack, "sub", { topic: topic(stack), table: there, metadata: true });
  });
  expect(template.resource("google_pubsub_subscription.sub")).toMatchObject({
    bigquery_config: { table: "shop.events.raw" },
  });
});

test("all kinds of subscriptions have one address, so that one becomes another and keeps its backlog", () => {
  const addresses = [
    templateOf((stack) => new PullSubscription(stack, "sub", { topic: topic(stack) })),
    templateOf((stack) => new PushSubscription(stack, "sub", { topic: topic(stack), to: service(stack) })),
    templateOf((stack) => new BigQuerySubscription(stack, "sub", { topic: topic(stack), table: table(stack) })),
  ].map((template) => Object.keys(template.allResources("google_pubsub_subscription")));
  expect(addresses).toEqual([["sub"], ["sub"], ["sub"]]);
});

test("a subscription that is there already is named in full and can be read from", () => {
  const template = templateOf((stack) => {
    const there = PullSubscription.fromName(stack, "theirs", { name: "orders", project: "shop" });
    there.grantSubscribe(new ServiceAccount(stack, "reader"));
    expect(there.path).toBe("projects/shop/subscriptions/orders");
  });
  expect(template.resource("google_pubsub_subscription_iam_member.shop-orders-pubsub-subscriber-reader")).toMatchObject(
    { subscription: "orders", project: "shop" },
  );
});

import { expect, test } from "vitest";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../../constructs/core/image";
import { withoutRule } from "../../../constructs/core/rules";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { PushSubscription, type PushSubscriptionProps } from "../../../constructs/pubsub/push-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { IMAGE, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { service } from "./subscription-examples";

const topic = (stack: GcpStack): Topic => new Topic(stack, "clicks");

const pushWithoutToken = (stack: GcpStack): unknown =>
  new PushSubscription(stack, "outside", { topic: topic(stack), to: { url: "https://example.com" }, as: "nobody" });

function pushToUrl(stack: GcpStack, { access, below = "" }: { access?: "public"; below?: string } = {}): unknown {
  const image = ContainerImage.fromRegistry(IMAGE);
  const { url } = new CloudRunService(stack, "service", { image, access });
  const to: { url: `https://${string}` } = { url: `${url as "https://..."}${below}` };
  return new PushSubscription(stack, "sub", { topic: topic(stack), to });
}

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

test("a push of which all is said", () => {
  const template = templateOf(examples.PushSubscription.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_pubsub_subscription.reader")).toEqual({
    topic: "${google_pubsub_topic.events.id}",
    name: "alice-reader",
    filter: 'attributes.event_type = "user_signup"',
    ack_deadline_seconds: 600,
    message_retention_duration: "2678400s",
    retain_acked_messages: true,
    expiration_policy: { ttl: "2678400s" },
    enable_message_ordering: true,
    dead_letter_policy: {
      dead_letter_topic: "${google_pubsub_topic.dead-letters.id}",
      max_delivery_attempts: 100,
    },
    retry_policy: { minimum_backoff: "1s", maximum_backoff: "120s" },
    message_transforms: expect.any(Array) as unknown,
    labels: { team: "growth" },
    timeouts: { create: "10m" },
    lifecycle: { prevent_destroy: true },
    push_config: {
      push_endpoint: "${google_cloud_run_v2_service.service.uri}/events",
      attributes: { "x-goog-version": "v1" },
      no_wrapper: { write_metadata: true },
      oidc_token: {
        service_account_email: "${google_service_account.sender.email}",
        audience: "https://alice-service.europe-west1.acme-dev.internal",
      },
    },
    depends_on: [
      "google_cloud_run_v2_service_iam_member.service-run-invoker-sender",
      "google_pubsub_topic_iam_member.dead-letters-pubsub-publisher-pubsub-agent",
      "google_service_account_iam_member.sender-iam-serviceAccountTokenCreator-pubsub-agent",
      "time_sleep.apis",
    ],
  });
});

test.each<[PushSubscriptionProps["body"], object]>([
  ["message", {}],
  ["data", { no_wrapper: { write_metadata: false } }],
  ["data-and-headers", { no_wrapper: { write_metadata: true } }],
])("the body of a request may be %s", (body, config) => {
  const template = templateOf((stack) => {
    new PushSubscription(stack, "sub", { topic: topic(stack), to: service(stack), body });
  });
  expect(template.resource("google_pubsub_subscription.sub")["push_config"]).toEqual({
    push_endpoint: "${google_cloud_run_v2_service.service.uri}/",
    oidc_token: expect.any(Object) as unknown,
    ...config,
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

test("what is not Google's may say what its audience is", () => {
  const template = templateOf((stack) => {
    const to = { url: "https://example.com", audience: "example" } as const;
    new PushSubscription(stack, "outside", { topic: topic(stack), to });
  });
  expect(template.resource("google_pubsub_subscription.outside")).toMatchObject({
    push_config: { oidc_token: { audience: "example" } },
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
  expect(() => templateOf((stack) => pushToUrl(stack, { access: "public" }))).not.toThrow();
  expect(() => templateOf((stack) => pushToUrl(stack, { below: "/events" }))).toThrow("push-without-grant");
});

test("a push may carry the token of an account by which something runs", () => {
  const template = templateOf((stack) => {
    const sender = new CloudRunService(stack, "sender", {
      image: ContainerImage.fromRegistry(IMAGE),
      env: { TOPIC: Topic.fromName(stack, "told", { name: "orders" }).path },
    });
    Topic.fromName(stack, "same", { name: "orders", project: "acme-dev" }).grantPublish(sender.identity);
    new PushSubscription(stack, "sub", { topic: topic(stack), to: service(stack), as: sender.identity });
  });
  template.resourceCount("google_pubsub_subscription", 1);
});

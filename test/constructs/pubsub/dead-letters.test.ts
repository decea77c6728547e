import { expect, test } from "vitest";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { templateOf } from "../support";
import { examples } from "./examples";

test("dead letters are kept as long as Pub/Sub can", () => {
  const template = templateOf((stack) => new DeadLetters(stack, "dead-letters", { name: "clicks-dead-letters" }));
  expect(template.resource("google_pubsub_subscription.clicks-dead-letters-kept")).toMatchObject({
    topic: "${google_pubsub_topic.clicks-dead-letters.id}",
    message_retention_duration: "2678400s",
    expiration_policy: { ttl: "" },
  });
});

test("dead letters of which all is said", () => {
  const template = templateOf(examples.DeadLetters.maximal);
  expect(template.resource("google_pubsub_topic.clicks-dead")).toEqual({
    name: "clicks-dead",
    labels: { team: "growth" },
    message_storage_policy: { allowed_persistence_regions: ["europe-west1"] },
    kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    depends_on: ["time_sleep.apis", "time_sleep.encryption-own-by-pubsub"],
  });
  expect(template.resource("google_pubsub_subscription.clicks-dead-kept")).toEqual({
    name: "clicks-dead-kept",
    topic: "${google_pubsub_topic.clicks-dead.id}",
    labels: { team: "growth" },
    ack_deadline_seconds: 60,
    message_retention_duration: "1728000s",
    expiration_policy: { ttl: "" },
    depends_on: ["time_sleep.apis"],
  });
});

test("whoever looks at dead letters reads the subscription that keeps them", () => {
  const template = templateOf((stack) => {
    new DeadLetters(stack, "dead-letters").kept.grantSubscribe(new ServiceAccount(stack, "looker"));
  });
  template.hasResource("google_pubsub_subscription_iam_member", {
    subscription: "${google_pubsub_subscription.dead-letters-kept.name}",
    role: "roles/pubsub.subscriber",
  });
});

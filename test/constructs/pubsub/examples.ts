import * as fc from "fast-check";
import { Topic, type TopicProps } from "../../../constructs/pubsub/topic";
import { TopicSchema } from "../../../constructs/pubsub/topic-schema";
import type { Examples } from "../examples";
import { anEncryptionKey, duration, labels, maybe } from "../support";
import { Order } from "../support-pipeline";

export const examples = {
  Topic: {
    minimal: (stack) => new Topic(stack, "clicks"),
    maximal: (stack) => {
      const all: Required<TopicProps> = {
        name: "clicks",
        schema: new TopicSchema(stack, "schema", { event: Order }),
        retention: "31d",
        regions: { allowed: ["europe-west1", "europe-west4"], enforced: true },
        encryptionKey: anEncryptionKey(stack),
        labels: { team: "growth" },
        overrides: { timeouts: { create: "10m" } },
      };
      return new Topic(stack, "topic", all);
    },
    random: fc
      .record({
        retention: maybe(duration("10m", "31d")),
        regions: maybe(fc.record({ allowed: fc.constant(["europe-west1"]), enforced: maybe(fc.boolean()) })),
        labels: maybe(labels),
      })
      .map((props) => (scope, name) => new Topic(scope, name, props)),
    faults: {
      "name-form": ["x", "goog-clicks", "1clicks", "a b c", "x".repeat(256)].map(
        (name) => (stack) => new Topic(stack, "topic", { name }),
      ),
      "retention-range": (["5m", "32d", "90500ms"] as const).map(
        (retention) => (stack) => new Topic(stack, "clicks", { retention }),
      ),
      "regions-allowed": [(stack) => new Topic(stack, "clicks", { regions: { allowed: [] } })],
    },
  },
} satisfies Examples;

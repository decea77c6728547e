import type { Construct } from "constructs";
import { consumers } from "../../pubsub/journey-rules";
import { PullSubscription } from "../../pubsub/pull-subscription";
import type { AnySubscription } from "../../pubsub/subscription";
import type { Task } from "../runner";

/** The subscription that a pipeline pulls from. It gives up on nothing: the pipeline says itself what it cannot process. */
export function pulled(scope: Construct, { subscription, topic, filter }: Task): AnySubscription {
  const made =
    typeof subscription === "string"
      ? new PullSubscription(scope, "subscription", { name: subscription, topic, filter })
      : subscription;
  consumers.tell(scope, { subscription: made.fullName, pipeline: true });
  return made;
}

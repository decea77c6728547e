import type { Construct } from "constructs";
import { mapValues } from "../../../pipeline/objects";
import { consumers } from "../../pubsub/journey-rules";
import { PullSubscription } from "../../pubsub/pull-subscription";
import { AnySubscription } from "../../pubsub/subscription";
import type { Task } from "../runner";

/**
 * The subscriptions that a pipeline pulls from, by input. They give up on nothing: the pipeline says itself what it
 * cannot process.
 */
export function pulled(
  scope: Construct,
  { streams }: Task,
  by?: "dataflow",
): { readonly [input: string]: AnySubscription } {
  const inputs = Object.keys(streams);
  return mapValues(streams, (stream, input) => {
    const made =
      stream instanceof AnySubscription ? stream : subscribe(scope, stream, inputs[0] === input ? "" : input);
    consumers.tell(scope, { subscription: made.fullName, pipeline: true, by });
    return made;
  });
}

/** @param input in the construct's id, for all but the first: that one was called so when there was no other */
function subscribe(
  scope: Construct,
  { topic, subscription, filter }: Exclude<Task["streams"][string], AnySubscription>,
  input: string,
): AnySubscription {
  if (subscription instanceof AnySubscription) return subscription;
  return new PullSubscription(scope, `subscription ${input}`.trim(), { name: subscription, topic, filter });
}

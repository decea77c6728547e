import type { Construct } from "constructs";
import { PullSubscription, Topic, type ServiceAccount } from "../../constructs";

/** A topic, and somebody who reads it: a topic that nobody reads loses what it is sent. */
export function read(scope: Construct, name: string, by: ServiceAccount): Topic {
  const topic = new Topic(scope, name, { name });
  const subscription = new PullSubscription(scope, `${name} read`, { name: `${name}-${by.key}`, topic });
  subscription.grantSubscribe(by, { why: "reads what becomes of orders" });
  return topic;
}

import { CloudError } from "../../errors";
import type { Host } from "../../service";
import { agentOf } from "./agent";
import { PubsubMessage } from "./api/messages";
import type { Delivery } from "./delivery";
import { MAX_ATTRIBUTE_VALUE_BYTES } from "./limits";
import { type IncomingMessage, timeText } from "./message";
import { fullName, projectOf, shortName } from "./names";
import type { Subscription } from "./subscription";

/**
 * Forwards what could not be delivered, as Pub/Sub's service agent. Google drops the attempt without a word where
 * the agent lacks a grant, and goes on delivering; here it goes on too, but says so once, and the denial is counted.
 * @see https://cloud.google.com/pubsub/docs/dead-letter-topics
 */
export class DeadLetters {
  private readonly warned = new Set<string>();

  constructor(
    private readonly host: Pick<Host, "access" | "log" | "projectNumber">,
    private readonly publish: (topic: string, messages: readonly IncomingMessage[]) => void,
  ) {}

  /** @returns whether the message is in the dead-letter topic now */
  forward(subscription: Subscription, delivery: Delivery, reason: string | undefined): boolean {
    const { name, config } = subscription;
    const topic = config.deadLetterPolicy?.deadLetterTopic ?? "";
    const agent = agentOf(this.host);
    const problems = [
      attempt(() => this.host.access.check(agent, "pubsub.topics.publish", fullName(topic))),
      attempt(() => this.host.access.check(agent, "pubsub.subscriptions.consume", fullName(name))),
    ].filter((problem) => problem !== undefined);
    if (problems.length === 0) {
      const problem = attempt(() => this.publish(topic, [forwarded(subscription, delivery, reason)]));
      if (problem === undefined) {
        this.warned.delete(name);
        return true;
      }
      problems.push(problem);
    }
    this.warn(name, delivery, problems);
    return false;
  }

  private warn(name: string, delivery: Delivery, problems: readonly string[]): void {
    if (this.warned.has(name)) return;
    this.warned.add(name);
    this.host.log({
      severity: "WARNING",
      source: "pubsub",
      message:
        `${name}: message ${delivery.message.id} failed ${delivery.attempts} times and cannot go to the dead letters, ` +
        `so it is delivered again and again. ${problems.join(" ")}`,
    });
  }
}

function forwarded(subscription: Subscription, delivery: Delivery, reason: string | undefined): IncomingMessage {
  const { data, attributes, orderingKey } = delivery.message.decode();
  const encoded = PubsubMessage.encode({
    data,
    orderingKey,
    attributes: {
      ...attributes,
      CloudPubSubDeadLetterSourceDeliveryCount: String(delivery.attempts),
      CloudPubSubDeadLetterSourceSubscription: shortName(subscription.name),
      CloudPubSubDeadLetterSourceSubscriptionProject: projectOf(subscription.name),
      CloudPubSubDeadLetterSourceTopicPublishTime: timeText(delivery.message.publishTime).replace("Z", "+00:00"),
      ...(reason !== undefined && { CloudPubSubDeadLetterSourceDeliveryErrorMessage: cut(reason) }),
    },
  });
  return { encoded, orderingKey };
}

/** As much of a text as an attribute takes, in whole characters. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_ATTRIBUTE_VALUE_BYTES) return text;
  return bytes
    .subarray(0, MAX_ATTRIBUTE_VALUE_BYTES)
    .toString()
    .replace(/\uFFFD+$/, "");
}

/** @returns why it was refused, if it was */
function attempt(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof CloudError) return error.message;
    throw error;
  }
}

import { FactKind, type Facts, type JourneyRule, type Told } from "../core/facts";
import { list } from "../core/text";
import { rights } from "../core/uses";

// Topics and subscriptions are named in full, projects/P/topics/T: stacks may share them.

/** A topic that this app makes. */
export const topics = new FactKind<{ readonly topic: string }>(() => [unreadTopic]);

interface Subscription {
  readonly subscription: string;
  readonly topic: string;
  readonly how: "pull" | "push" | "bigquery" | "storage";
  /** The topic to which it gives up messages. */
  readonly deadLetters: string | undefined;
  /** The dataset or bucket into which it delivers, by full name. */
  readonly into: string | undefined;
  /** Whether it is gone when nobody reads it for so long. */
  readonly expires: string | undefined;
  readonly exactlyOnce: boolean;
  /** Whether it has pauses between deliveries. */
  readonly backoff: boolean;
  /** Who takes messages from it only to set them aside. */
  readonly forwarder: string | undefined;
}

/** A subscription that this app makes. */
export const subscriptions = new FactKind<Subscription>(() => [idleSubscription]);

/** Something beside our subscriptions that reads a topic: a trigger that has one of its own. */
export const attachments = new FactKind<{ readonly topic: string }>();

/** A topic that takes what could not be delivered, or what a pipeline could not process. */
export const deadLetterTopics = new FactKind<{ readonly topic: string }>(() => [unreadDeadLetters]);

interface Consumer {
  readonly subscription: string;
  /** A pipeline gives its errors a topic of its own: see {@link deadLettersOnPipeline}. */
  readonly pipeline: boolean;
  /** Dataflow has its own way with failures and duplicates: see {@link uselessToDataflow}. */
  readonly by?: "dataflow";
}

/** Something that takes messages from a subscription. */
export const consumers = new FactKind<Consumer>(() => [
  sharedSubscription,
  expiringSubscription,
  deadLettersOnPipeline,
  uselessToDataflow,
]);

const subscribed = (facts: Facts): ReadonlySet<string> =>
  new Set([...facts.all(subscriptions), ...facts.all(attachments)].map(({ topic }) => topic));

const keeping = (facts: Facts): ReadonlySet<string> => new Set(facts.all(deadLetterTopics).map(({ topic }) => topic));

const unreadTopic: JourneyRule = {
  id: "topic-unread",
  // Another app may have a subscription.
  level: "warning",
  page: "https://cloud.google.com/pubsub/docs/pubsub-basics",
  broken(facts) {
    const read = subscribed(facts);
    const deadLetters = keeping(facts);
    return facts
      .all(topics)
      .filter(({ topic }) => !read.has(topic) && !deadLetters.has(topic))
      .map(({ at, topic }) => ({ at, says: `${topic} has no subscription: what is published to it is lost` }));
  },
};

const unreadDeadLetters: JourneyRule = {
  id: "dead-letters-unread",
  level: "error",
  page: "https://cloud.google.com/pubsub/docs/dead-letter-topics",
  broken(facts) {
    const made = new Set(facts.all(topics).map(({ topic }) => topic));
    const read = subscribed(facts);
    return facts
      .all(deadLetterTopics)
      .filter(({ topic }) => made.has(topic) && !read.has(topic))
      .map(({ at, topic }) => ({
        at,
        says: `${topic} takes dead letters and has no subscription: they are lost. Use DeadLetters, which keeps them`,
      }));
  },
};

/** Somebody reads it whom this app knows: a consumer of ours, or whoever was given the right to. */
const idleSubscription: JourneyRule = {
  id: "subscription-idle",
  // Somebody may read it whose rights are on the whole project.
  level: "warning",
  page: "https://cloud.google.com/pubsub/docs/subscription-overview",
  broken(facts) {
    const read = new Set(facts.all(consumers).map(({ subscription }) => subscription));
    const readers = new Map<string, string[]>();
    for (const { fullName, role, member } of facts.all(rights)) {
      if (role !== "roles/pubsub.viewer") readers.set(fullName, [...(readers.get(fullName) ?? []), member]);
    }
    const kept = keeping(facts);
    return facts
      .all(subscriptions)
      .filter(({ how, topic }) => how === "pull" && !kept.has(topic))
      .filter(({ subscription }) => !read.has(subscription))
      .filter(
        ({ subscription, forwarder }) => readers.get(subscription)?.every((member) => member === forwarder) ?? true,
      )
      .map(({ at, subscription }) => ({
        at,
        says: `nobody reads ${subscription}: its messages are kept, paid for, and thrown away. Let somebody read it: grantSubscribe`,
      }));
  },
};

const sharedSubscription: JourneyRule = {
  id: "subscription-shared",
  level: "error",
  page: "https://cloud.google.com/pubsub/docs/subscriber",
  broken(facts) {
    const readers = new Map<string, Told<Consumer>[]>();
    for (const consumer of facts.all(consumers)) {
      readers.set(consumer.subscription, [...(readers.get(consumer.subscription) ?? []), consumer]);
    }
    return [...readers].flatMap(([subscription, told]) => {
      const each = [...new Set(told.map(({ at }) => at))];
      const [first] = each;
      if (first === undefined || each.length === 1) return [];
      const names = list(each.map(({ node }) => node.path));
      return [
        {
          at: first,
          says: `${subscription} is read by ${names}: each gets a part of the messages. Give each its own`,
        },
      ];
    });
  },
};

/** What a rule says of a subscription that is read by one of ours; it is said of the reader. */
const ofRead =
  (says: (subscription: Subscription, consumer: Consumer) => string | undefined): JourneyRule["broken"] =>
  (facts) => {
    const made = new Map(facts.all(subscriptions).map((told) => [told.subscription, told]));
    return facts.all(consumers).flatMap((consumer) => {
      const subscription = made.get(consumer.subscription);
      const sentence = subscription && says(subscription, consumer);
      return sentence === undefined ? [] : [{ at: consumer.at, says: `${consumer.subscription} ${sentence}` }];
    });
  };

const expiringSubscription: JourneyRule = {
  id: "subscription-expires",
  level: "error",
  page: "https://cloud.google.com/pubsub/docs/subscription-properties#expiration_period",
  broken: ofRead(({ expires }) =>
    expires === undefined
      ? undefined
      : `is deleted, with all that it holds, when its reader stands still for ${expires}: leave expiration away, which keeps it`,
  ),
};

const deadLettersOnPipeline: JourneyRule = {
  id: "pipeline-dead-letters",
  level: "error",
  page: "https://cloud.google.com/pubsub/docs/handling-failures",
  broken: ofRead(({ deadLetters }, { pipeline }) =>
    pipeline && deadLetters !== undefined
      ? "gives up on messages (deadLetters), and a lost lease counts as an attempt: some crashes of the pipeline would set good messages aside. A pipeline publishes what it cannot process by itself: leave deadLetters away"
      : undefined,
  ),
};

const uselessToDataflow: JourneyRule = {
  id: "dataflow-subscription",
  level: "error",
  page: "https://cloud.google.com/dataflow/docs/concepts/streaming-with-cloud-pubsub",
  broken: ofRead(({ exactlyOnce, backoff }, { by }) => {
    const useless = [...(exactlyOnce ? ["exactlyOnce"] : []), ...(backoff ? ["backoff"] : [])];
    return by === "dataflow" && useless.length > 0
      ? `has ${list(useless)}, which Dataflow does not heed: it tells duplicates apart and tries again by itself. Leave ${useless.length > 1 ? "them" : "it"} away`
      : undefined;
  }),
};

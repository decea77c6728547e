import { list } from "../core/text";
import { FactKind, type JourneyRule } from "../core/facts";
import { services } from "../cloud-run/facts";

// Topics and subscriptions are named in full, projects/P/topics/T: stacks may share them.

/** A topic that this app makes. */
export const topics = new FactKind<{ readonly topic: string }>(() => [unreadTopic]);

/** A subscription that this app makes. */
export const subscriptions = new FactKind<{
  readonly subscription: string;
  readonly topic: string;
  readonly how: "pull" | "push" | "bigquery";
  /** Whether it gives up on messages. */
  readonly deadLetters: boolean;
}>();

/** A topic that takes what could not be delivered, or what a pipeline could not process. */
export const deadLetterTopics = new FactKind<{ readonly topic: string }>(() => [unreadDeadLetters]);

/** Something that takes messages from a subscription. */
export const consumers = new FactKind<{
  readonly subscription: string;
  /** A pipeline gives its errors a topic of its own: see {@link deadLettersOnPipeline}. */
  readonly pipeline: boolean;
}>(() => [sharedSubscription, deadLettersOnPipeline]);

/** Messages that are pushed. */
export const pushes = new FactKind<{
  readonly endpoint: string;
  /** Whether the request carries a token. */
  readonly token: boolean;
  /** Whether the token's account was given the right to invoke what is there. */
  readonly granted: boolean;
}>(() => [pushWithoutToken, pushWithoutGrant]);

const unreadTopic: JourneyRule = {
  id: "topic-unread",
  // Another app may have a subscription.
  level: "warning",
  page: "https://cloud.google.com/pubsub/docs/pubsub-basics",
  broken: (facts) => {
    const read = new Set(facts.all(subscriptions).map(({ topic }) => topic));
    const deadLetters = new Set(facts.all(deadLetterTopics).map(({ topic }) => topic));
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
  broken: (facts) => {
    const made = new Set(facts.all(topics).map(({ topic }) => topic));
    const read = new Set(facts.all(subscriptions).map(({ topic }) => topic));
    return facts
      .all(deadLetterTopics)
      .filter(({ topic }) => made.has(topic) && !read.has(topic))
      .map(({ at, topic }) => ({
        at,
        says: `${topic} takes dead letters and has no subscription: they are lost. Use DeadLetters, which keeps them`,
      }));
  },
};

const sharedSubscription: JourneyRule = {
  id: "subscription-shared",
  level: "error",
  page: "https://cloud.google.com/pubsub/docs/subscriber",
  broken: (facts) => {
    const all = facts.all(consumers);
    return all.flatMap(({ at, subscription }, index) => {
      const others = all.filter((other) => other.subscription === subscription && other.at !== at);
      const first = all.findIndex((other) => other.subscription === subscription) === index;
      if (others.length === 0 || !first) return [];
      const readers = list([at, ...others.map((other) => other.at)].map(({ node }) => node.path));
      return [
        { at, says: `${subscription} is read by ${readers}: each gets a part of the messages. Give each its own` },
      ];
    });
  },
};

const deadLettersOnPipeline: JourneyRule = {
  id: "pipeline-dead-letters",
  level: "error",
  page: "https://cloud.google.com/pubsub/docs/handling-failures",
  broken: (facts) => {
    const givingUp = new Map(facts.all(subscriptions).map((told) => [told.subscription, told.deadLetters]));
    return facts
      .all(consumers)
      .filter(({ subscription, pipeline }) => pipeline && givingUp.get(subscription) === true)
      .map(({ at, subscription }) => ({
        at,
        says: `${subscription} gives up on messages (deadLetters), and a lost lease counts as an attempt: some crashes of the pipeline would set good messages aside. A pipeline publishes what it cannot process by itself: leave deadLetters away`,
      }));
  },
};

const pushWithoutToken: JourneyRule = {
  id: "push-without-token",
  level: "error",
  page: "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions",
  broken: (facts) =>
    facts
      .all(pushes)
      .filter(({ token }) => !token)
      .map(({ at }) => ({
        at,
        says: `pushes without a token, so that the endpoint cannot tell Pub/Sub from anybody else. Give it an account: as`,
      })),
};

const pushWithoutGrant: JourneyRule = {
  id: "push-without-grant",
  level: "error",
  page: "https://cloud.google.com/run/docs/triggering/pubsub-push",
  broken: (facts) => {
    const urls = facts.all(services).filter(({ open }) => !open);
    return facts
      .all(pushes)
      .filter(({ endpoint, granted }) => !granted && urls.some(({ url }) => endpoint.startsWith(url)))
      .map(({ at }) => ({
        at,
        says: `pushes to the URL of a service that its account may not invoke. Give the service itself: to`,
      }));
  },
};

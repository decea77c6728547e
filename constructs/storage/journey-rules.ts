import { FactKind, type JourneyRule } from "../core/facts";
import { rights } from "../core/uses";
import { subscriptions } from "../pubsub/journey-rules";

/** What a bucket tells of its objects, and where. */
export const notifications = new FactKind<{
  /** By its name. */
  readonly bucket: string;
  /** projects/P/topics/T */
  readonly topic: string;
  readonly prefix: string | undefined;
}>(() => [notificationLoop]);

const writing = new Set([
  "roles/storage.admin",
  "roles/storage.objectAdmin",
  "roles/storage.objectCreator",
  "roles/storage.objectUser",
]);

/** Whoever is told of each object of a bucket, and writes into it, is told of its own. */
const notificationLoop: JourneyRule = {
  id: "notification-loop",
  // It may look at what it is told, and pass over its own.
  level: "warning",
  page: "https://cloud.google.com/storage/docs/pubsub-notifications",
  broken(facts) {
    const writers = new Map<string, Set<string>>();
    const readers = new Map<string, Set<string>>();
    for (const { fullName, role, member } of facts.all(rights)) {
      if (writing.has(role)) membersOf(writers, fullName).add(member);
      if (role === "roles/pubsub.subscriber") membersOf(readers, fullName).add(member);
    }
    const byTopic = new Map<string, string[]>();
    for (const { topic, subscription } of facts.all(subscriptions)) {
      byTopic.set(topic, [...(byTopic.get(topic) ?? []), subscription]);
    }
    return facts
      .all(notifications)
      .filter(({ prefix }) => prefix === undefined)
      .flatMap(({ at, bucket, topic }) =>
        (byTopic.get(topic) ?? [])
          .filter((name) => [...membersOf(readers, name)].some((member) => writers.get(bucket)?.has(member)))
          .map((name) => ({
            at,
            says: `who reads ${name} may write into ${bucket}, of whose every object it is told: it would be told of its own, without end. Give it another bucket, or the notification a prefix`,
          })),
      );
  },
};

function membersOf(by: Map<string, Set<string>>, name: string): Set<string> {
  const found = by.get(name) ?? new Set();
  by.set(name, found);
  return found;
}

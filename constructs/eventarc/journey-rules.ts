import { FactKind, type JourneyRule } from "../core/facts";
import { rights } from "../core/uses";
import type { ObjectEvent } from "../storage/bucket-notification";

/** A trigger on the objects of a bucket. */
export const objectTriggers = new FactKind<{
  /** By its name. */
  readonly bucket: string;
  readonly event: ObjectEvent;
  /** Whom that runs as which is called, where it is known. */
  readonly member: string | undefined;
}>(() => [triggerLoop]);

/** A trigger on the messages of a topic: projects/P/topics/T. */
export const topicTriggers = new FactKind<{ readonly topic: string }>(() => [withoutDeadLetters]);

/** Who may overwrite, delete and describe objects. */
const changing = ["roles/storage.admin", "roles/storage.objectAdmin", "roles/storage.objectUser"];
const creating = [...changing, "roles/storage.objectCreator"];

const triggerLoop: JourneyRule = {
  id: "trigger-loop",
  level: "error",
  page: "https://cloud.google.com/eventarc/docs/run/route-trigger-cloud-storage",
  broken(facts) {
    const given = new Set(facts.all(rights).map(({ member, role, fullName }) => `${member} ${role} ${fullName}`));
    return facts
      .all(objectTriggers)
      .filter(({ bucket, event, member }) =>
        (event === "finalized" ? creating : changing).some((role) => given.has(`${member} ${role} ${bucket}`)),
      )
      .map(({ at, bucket, event }) => ({
        at,
        says: `calls for each object of ${bucket} (${event}) what may itself write there: it would be called for its own, without end. Let it write into another bucket, or take BucketNotification, which tells prefixes apart`,
      }));
  },
};

const withoutDeadLetters: JourneyRule = {
  id: "trigger-dead-letters",
  // A message that is lost after a day of refusals may be worth nothing.
  level: "warning",
  page: "https://cloud.google.com/eventarc/docs/retry-events",
  broken: (facts) =>
    facts.all(topicTriggers).map(({ at, topic }) => ({
      at,
      says: `takes messages of ${topic} by a subscription of Eventarc's, which gives up on a message after a day and sets nothing aside: PushSubscription keeps what could not be delivered`,
    })),
};

import { FactKind, type JourneyRule } from "../core/facts";
import { Site } from "../core/site";
import { list } from "../core/text";
import { rights } from "../core/uses";

/** A subscription that delivers in order. */
export const orderings = new FactKind<{
  readonly subscription: string;
  readonly topic: string;
  /** Whether it gives up on messages. */
  readonly deadLetters: boolean;
}>(() => [orderAndDeadLetters, orderAcrossRegions]);

const page = "https://cloud.google.com/pubsub/docs/ordering";

const orderAndDeadLetters: JourneyRule = {
  id: "ordering-dead-letters",
  // A reader that takes what comes after a failed message may be what is wanted.
  level: "warning",
  page,
  broken: (facts) =>
    facts
      .all(orderings)
      .filter(({ deadLetters }) => deadLetters)
      .map(({ at, subscription }) => ({
        at,
        says: `${subscription} delivers in order, and gives up on messages: what follows one that was set aside is delivered without it. Without deadLetters it waits for it`,
      })),
};

/** Messages of one key are in order only where they were published in one region. */
const orderAcrossRegions: JourneyRule = {
  id: "ordering-regions",
  // A publisher may have been told to use another region's endpoint.
  level: "warning",
  page: `${page}#considerations_when_using_ordered_messaging`,
  broken(facts) {
    const regions = new Map<string, Set<string>>();
    for (const { at, fullName, role } of facts.all(rights)) {
      if (role !== "roles/pubsub.publisher") continue;
      const from = regions.get(fullName) ?? new Set();
      regions.set(fullName, from.add(Site.of(at).settings.region));
    }
    return facts.all(orderings).flatMap(({ at, subscription, topic }) => {
      const from = [...(regions.get(topic) ?? [])].toSorted();
      return from.length < 2
        ? []
        : [
            {
              at,
              says: `${subscription} delivers in order, and ${topic} is published to from ${list(from)}: messages of one key are in order only where one region has them all. Let publishers use one region's endpoint`,
            },
          ];
    });
  },
};

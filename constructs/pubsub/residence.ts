import { FactKind, type JourneyRule } from "../core/facts";
import { isRegion, locationsIn, near, sameLocation } from "../core/places";
import { list } from "../core/text";
import { subscriptions, topics } from "./journey-rules";

/** A topic whose messages may be in some regions only. */
export const residences = new FactKind<{
  /** projects/P/topics/T */
  readonly topic: string;
  /** "europe-west1" */
  readonly allowed: readonly string[];
  /** Whether they may not even pass through another. */
  readonly enforced: boolean;
  /** The bucket whose objects it takes in. */
  readonly from: string | undefined;
}>(() => [deadLettersElsewhere, deliveredElsewhere, ingestedFromElsewhere]);

const page = "https://cloud.google.com/pubsub/docs/resource-location-restriction";

/** Dead letters are messages too: whoever says where messages may be means them as well. */
const deadLettersElsewhere: JourneyRule = {
  id: "dead-letters-regions",
  level: "error",
  page,
  broken(facts) {
    const made = new Set(facts.all(topics).map(({ topic }) => topic));
    const allowedOf = new Map(facts.all(residences).map(({ topic, allowed }) => [topic, allowed]));
    return facts.all(subscriptions).flatMap(({ at, topic, deadLetters }) => {
      const allowed = allowedOf.get(topic);
      if (allowed === undefined || deadLetters === undefined || !made.has(deadLetters)) return [];
      const there = allowedOf.get(deadLetters);
      if (there?.every((region) => allowed.includes(region)) === true) return [];
      const where = there === undefined ? "may be anywhere" : `may be in ${list(there)}`;
      return [
        {
          at,
          says: `messages of ${topic} may be in ${list(allowed)} only, and its dead letters in ${deadLetters} ${where}: give that topic the same regions`,
        },
      ];
    });
  },
};

const deliveredElsewhere: JourneyRule = {
  id: "delivery-region",
  level: "error",
  page,
  broken(facts) {
    const locations = locationsIn(facts);
    const enforced = new Map(
      facts.all(residences).flatMap((fact) => (fact.enforced ? [[fact.topic, fact.allowed] as const] : [])),
    );
    return facts.all(subscriptions).flatMap(({ at, topic, into }) => {
      const allowed = enforced.get(topic);
      const location = into === undefined ? undefined : locations.get(into);
      return allowed === undefined || location === undefined || !isOutside(location, allowed)
        ? []
        : [
            {
              at,
              says: `messages of ${topic} may not leave ${list(allowed)}, and ${into} is in ${location}: Pub/Sub would not write there`,
            },
          ];
    });
  },
};

const ingestedFromElsewhere: JourneyRule = {
  id: "ingestion-region",
  level: "error",
  page: "https://cloud.google.com/pubsub/docs/create-cloud-storage-import-topic",
  broken(facts) {
    const locations = locationsIn(facts);
    return facts.all(residences).flatMap(({ at, topic, allowed, from }) => {
      const location = from === undefined ? undefined : locations.get(from);
      return location === undefined || !isOutside(location, allowed)
        ? []
        : [
            {
              at,
              says: `${topic} takes in the objects of ${from}, which is in ${location}, and its messages may be in ${list(allowed)} only: allow the bucket's region too`,
            },
          ];
    });
  },
};

/** Of an area such as EU nobody can say in which of its regions something is: it is outside where it has none of them. */
const isOutside = (location: string, allowed: readonly string[]): boolean =>
  !allowed.some((region) => (isRegion(location) ? sameLocation(location, region) : near(location, region)));

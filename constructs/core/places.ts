import { FactKind, type Facts, type JourneyRule } from "./facts";
import type { Rule } from "./rules";

/**
 * Something that holds data, and where. It may lie outside of its stack's region: its own `location` says so, and can
 * never be changed. What joins two such things is held against it, by rules of what joins them.
 */
interface Place {
  /** P.D of a dataset, the name of a bucket, projects/P/databases/D of Firestore, projects/P/instances/I of Bigtable. */
  readonly fullName: string;
  /** A region ("europe-west1") or an area that has several ("EU", "NAM4"). */
  readonly location: string;
  readonly kind: "dataset" | "bucket" | "database" | "instance";
}

/** The rules that every single place must keep, such as that all lie in one country, have their place here. */
export const places = new FactKind<Place>();

/** Locations by full name. */
export const locationsIn = (facts: Facts): ReadonlyMap<string, string> =>
  new Map(facts.all(places).map(({ fullName, location }) => [fullName, location]));

/**
 * The regions that an area has. Of the EU, London and Zurich are no part.
 * @see https://cloud.google.com/storage/docs/locations
 */
const areas: { readonly [area: string]: RegExp } = {
  us: /^us-/,
  eu: /^europe-(?!west2$|west6$)/,
  asia: /^asia-/,
  asia1: /^asia-northeast[12]$/,
  eur4: /^europe-(north1|west4)$/,
  eur5: /^europe-west[12]$/,
  eur7: /^europe-west[23]$/,
  eur8: /^europe-west[36]$/,
  nam4: /^us-(central1|east1)$/,
};

/** Whether the two are one location. To BigQuery, an area is another location than each of its regions. */
export const sameLocation = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * Whether files in one can be read from the other: they are one, or the one is a region of the other. Two areas of
 * which nobody knows the regions are taken to be near enough.
 * @see https://cloud.google.com/bigquery/docs/external-data-cloud-storage#location_considerations
 */
export function near(a: string, b: string): boolean {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  if (one === other) return true;
  if (isRegion(one)) return !isRegion(other) && (areas[other]?.test(one) ?? true);
  if (isRegion(other)) return near(other, one);
  return [continent(other), undefined].includes(continent(one)) || continent(other) === undefined;
}

export const isRegion = (location: string): boolean => /^[a-z]+(-[a-z]+)+\d+$/i.test(location);

/** "eu" of EU and EUR4. */
const continent = (area: string): string | undefined => /^(eu|nam|us|asia)/.exec(area)?.[0].replace("nam", "us");

export const isArea = (location: string): boolean => location.toLowerCase() in areas;

/** Where what is encrypted lies, and its key: projects/P/locations/L/keyRings/R/cryptoKeys/K. */
interface Locked {
  readonly location?: string;
  readonly keyId?: string;
}

/** Of everything that may lie outside of its stack's region and takes a key. */
export const keyPlace: Rule<Locked> = {
  id: "encryptionKey-place",
  reads: ["location", "keyId"],
  page: "https://cloud.google.com/kms/docs/cmek#key-location",
  broken({ location, keyId }) {
    if (location === undefined || keyId === undefined) return undefined;
    const there = keyId.split("/")[3];
    return there === undefined ? undefined : keyApart(location, there);
  },
};

/** What is encrypted and its key, where they are apart. */
function keyApart(location: string, there: string): string | undefined {
  const wanted = location.toLowerCase() === "eu" ? "europe" : location.toLowerCase();
  if (there === wanted || there === location.toLowerCase()) return undefined;
  return `it lies in ${location} and its key in ${there}: what is encrypted needs a key where it is. Give it encryptionKey, one in ${wanted}`;
}

/** What has a key of its own, of which the place may be known though its name is known only at apply. */
export const lockedPlaces = new FactKind<{ readonly location: string; readonly keyLocation: string }>(() => [
  keyElsewhere,
]);

const keyElsewhere: JourneyRule = {
  id: keyPlace.id,
  level: "error",
  page: keyPlace.page,
  broken: (facts) =>
    facts.all(lockedPlaces).flatMap(({ at, location, keyLocation }) => {
      const says = keyApart(location, keyLocation);
      return says === undefined ? [] : [{ at, says }];
    }),
};

import type { StorageBucketConfig } from "@cdktf/provider-google/lib/storage-bucket";
import type { Duration } from "../../pipeline/duration";
import type { Encrypted } from "../core/encryption";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import { labelsRule, type Labels } from "../core/labels";
import { limits, notADuration } from "../core/limits";
import type { Overridable } from "../core/overridable";
import { isArea, isRegion, keyPlace, near } from "../core/places";
import type { Rules } from "../core/rules";
import { lifecycleRules, type LifecycleRule, type StorageClass } from "./lifecycle";

/**
 * What `overrides` is for: a website, access lists of single objects (with uniform access switched off), and a filter by
 * addresses of the network.
 */
export interface BucketProps extends Encrypted, Overridable<StorageBucketConfig> {
  /**
   * The project's id is put before it, as bucket names are the whole world's: "events" makes "acme-dev-events".
   * @default the construct's id
   */
  readonly name?: string;
  /**
   * A region, an area such as "EU", or two regions. It can never be changed.
   * @default the stack's region
   * @see https://cloud.google.com/storage/docs/locations
   */
  readonly location?: string | TwoRegions;
  /**
   * What an object is when nobody says what class it is of. "auto": Cloud Storage moves each by how it is read, to
   * nearline at the coldest; "auto-to-archive": to archive.
   * @default "standard": every other class is paid for by reading, and by deleting early
   * @see https://cloud.google.com/storage/docs/autoclass
   */
  readonly storageClass?: StorageClass | "auto" | "auto-to-archive";
  /** What becomes of objects by themselves. @default nothing */
  readonly lifecycle?: readonly LifecycleRule[];
  /**
   * How long what was deleted can be brought back, and is paid for: 7d to 90d.
   * @default "7d", as Google does; "off" where a runner keeps checkpoints or temporary files in it, since it deletes
   * them by the minute
   */
  readonly softDelete?: Duration | "off";
  /** Keeps every state of every object. @default false: all of them are paid for */
  readonly versioning?: boolean;
  /** How long nobody can delete or overwrite an object. @default not at all */
  readonly retention?: Retention;
  /**
   * Single objects can be given a time until which nobody deletes them. It can never be changed.
   * @default false
   */
  readonly objectRetention?: boolean;
  /** New objects cannot be deleted until whoever wrote them says that they may. @default false */
  readonly eventBasedHold?: boolean;
  /**
   * "possible": a right can be given to everybody.
   * @default "prevented": nothing in it can be made public, by whatever grant
   * @see https://cloud.google.com/storage/docs/public-access-prevention
   */
  readonly publicAccess?: "prevented" | "possible";
  /** Which web pages may read it, from a browser. @default none but its own */
  readonly cors?: readonly CorsRule[];
  /**
   * A bucket that is told of every access, in files by the hour. Cloud Audit Logs tell of accesses by accounts, at once.
   * @default none
   */
  readonly logging?: { readonly bucket: LogBucket; readonly prefix?: string };
  /** Who reads pays for it, and names a project that is billed. @default false */
  readonly requesterPays?: boolean;
  /**
   * Folders are more than parts of names, and are renamed at once. It can never be changed, and is not to be had with
   * versioning or retention.
   * @default false
   * @see https://cloud.google.com/storage/docs/hns-overview
   */
  readonly hierarchicalNamespace?: boolean;
  /** @default the stack's labels */
  readonly labels?: Labels;
}

/** Any bucket. */
interface LogBucket {
  readonly name: string;
  grantWrite(to: Identity, options?: GrantOptions): Grant;
}

/** Every object is in both of two regions. @see https://cloud.google.com/storage/docs/dual-regions */
export interface TwoRegions {
  readonly area: "ASIA" | "AU" | "CA" | "DE" | "EU" | "IN" | "IT" | "US";
  readonly regions: readonly [string, string];
  /** Within 15 minutes, for money. @default false: most within an hour */
  readonly turbo?: boolean;
}

/** @see https://cloud.google.com/storage/docs/bucket-lock */
export interface Retention {
  /** Up to 68 years. */
  readonly period: Duration;
  /**
   * For ever: nobody can make the period shorter any more, Google included, and the bucket stays until the last object
   * is as old.
   * @default false
   */
  readonly locked?: boolean;
}

/** @see https://cloud.google.com/storage/docs/cross-origin */
export interface CorsRule {
  /** "https://example.com", or "*" for every page. */
  readonly origins: readonly string[];
  readonly methods: readonly ("GET" | "HEAD" | "PUT" | "POST" | "DELETE" | "OPTIONS" | "*")[];
  /** Headers that a page may see. @default the simple ones */
  readonly responseHeaders?: readonly string[];
  /** How long a browser need not ask again. @default as long as browsers like, some seconds mostly */
  readonly maxAge?: Duration;
}

const { matches } = limits("Cloud Storage");
const locations = "https://cloud.google.com/storage/docs/locations";

const bucketName = matches(
  "name",
  /^(?!goog)(?!.*google)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/,
  'takes 3 to 63 lower-case letters, digits, "-", "_" and ".", in all with the project, no "google" and no address',
  "https://cloud.google.com/storage/docs/buckets#naming",
);

/** Of a bucket of somebody else's. */
export const existingRules = [bucketName];

/** @param props `place`: the location in one word */
export const bucketRules: Rules<BucketProps & { readonly place?: string; readonly keyId?: string }> = [
  bucketName,
  {
    id: "location-form",
    reads: ["location"],
    page: locations,
    broken({ location }) {
      if (location === undefined) return undefined;
      if (typeof location === "string") {
        return isRegion(location) || isArea(location)
          ? undefined
          : `location is "${location}": Cloud Storage has regions such as "europe-west1", and areas such as "EU" and "EUR4"`;
      }
      const { area, regions } = location;
      const [one, other] = regions;
      if (one === other) return `location.regions has ${one} twice: what is in two regions is in two`;
      const outside = regions.find((region) => !isRegion(region) || !near(area, region));
      return outside && `location.regions has "${outside}", which is no region of ${area}`;
    },
  },
  {
    id: "softDelete-range",
    reads: ["softDelete"],
    ofTokens: true,
    page: "https://cloud.google.com/storage/docs/soft-delete",
    broken({ softDelete }) {
      if (softDelete === undefined || softDelete === "off") return undefined;
      const sentence = notADuration(softDelete, "7d", "90d");
      return sentence && `softDelete ${sentence("Cloud Storage")}, or "off"`;
    },
  },
  {
    id: "retention-range",
    reads: ["retention"],
    ofTokens: true,
    page: "https://cloud.google.com/storage/docs/bucket-lock",
    broken({ retention }) {
      const sentence = retention && notADuration(retention.period, "1s", "24855d");
      return sentence && `retention.period ${sentence("Terraform's provider")}`;
    },
  },
  {
    id: "hierarchicalNamespace-features",
    reads: ["hierarchicalNamespace", "versioning", "retention", "objectRetention"],
    page: "https://cloud.google.com/storage/docs/hns-overview#limitations",
    broken({ hierarchicalNamespace, ...props }) {
      if (hierarchicalNamespace !== true) return undefined;
      const wrong = (["versioning", "retention", "objectRetention"] as const).find((name) => Boolean(props[name]));
      return wrong && `hierarchicalNamespace and ${wrong} are not to be had together: leave one away`;
    },
  },
  {
    id: "cors-origins",
    reads: ["cors"],
    page: "https://cloud.google.com/storage/docs/cross-origin",
    broken({ cors = [] }) {
      const empty = cors.findIndex(({ origins, methods }) => origins.length === 0 || methods.length === 0);
      if (empty >= 0) return `cors[${empty}] has no origins or no methods: it allows nothing`;
      const wrong = cors.flatMap(({ origins }) => origins).find((origin) => !/^(\*|https?:\/\/[^/]+)$/.test(origin));
      return wrong && `cors has the origin "${wrong}": write it as browsers do, "https://example.com", without a path`;
    },
  },
  {
    id: "cors-maxAge",
    reads: ["cors"],
    ofTokens: true,
    page: "https://cloud.google.com/storage/docs/cross-origin",
    broken({ cors = [] }) {
      const sentences = cors.flatMap(({ maxAge }) => (maxAge ? (notADuration(maxAge, "0s", "1d") ?? []) : []));
      return sentences[0] && `cors.maxAge ${sentences[0]("a browser")}`;
    },
  },
  { ...keyPlace, reads: ["place", "keyId"], broken: ({ place, keyId }) => keyPlace.broken({ location: place, keyId }) },
  labelsRule,
  ...lifecycleRules,
];

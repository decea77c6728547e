import type { FirestoreDatabaseConfig } from "@cdktf/provider-google/lib/firestore-database";
import type { Duration } from "../../pipeline/duration";
import type { Encrypted } from "../core/encryption";
import { limits, notADuration } from "../core/limits";
import type { Overridable } from "../core/overridable";
import { isRegion } from "../core/places";
import type { Rules } from "../core/rules";

export type Weekday = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";

/**
 * Datastore mode, the Enterprise edition (MongoDB's protocol), App Engine's integration and Resource Manager's tags are
 * left to `overrides`.
 */
export interface FirestoreDatabaseProps extends Encrypted, Overridable<FirestoreDatabaseConfig> {
  /**
   * The database's id: clients are told it, but for "(default)", of which a project has one and a stage's prefix makes no
   * other. It cannot be changed.
   * @default the construct's id
   */
  readonly name?: string;
  /**
   * A region, or an area: "eur3", "nam5". It cannot be changed.
   * @default the stack's region
   * @see https://cloud.google.com/firestore/docs/locations
   */
  readonly location?: string;
  /**
   * How transactions deal with each other. "pessimistic" locks what they read, "optimistic" tries again where another one
   * was faster.
   * @default "pessimistic", as Google does
   * @see https://cloud.google.com/firestore/docs/transaction-data-contention
   */
  readonly concurrency?: "optimistic" | "pessimistic";
  /**
   * Whether all states of the last 7 days can be read, minute by minute. It is paid for.
   * @default true where the stage keeps data, as a write by mistake is then not for ever; else the last hour's
   */
  readonly pointInTimeRecovery?: boolean;
  /**
   * Copies, and how long each is kept: 1d to 98d. They are paid for.
   * @default none: the last 7 days can be read where the stage keeps data
   * @see https://cloud.google.com/firestore/docs/backups
   */
  readonly backups?: {
    readonly daily?: { readonly keep: Duration };
    readonly weekly?: { readonly on: Weekday; readonly keep: Duration };
  };
}

const firestore = limits("Firestore");
export const DEFAULT = "(default)";
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const nameRule = firestore.matches(
  "name",
  new RegExp(`^(?!${uuid.source.slice(1)})[a-z][a-z0-9-]{2,61}[a-z0-9]$|^\\(default\\)$`),
  'takes 4 to 63 lower-case letters, digits and "-", a letter first and a letter or digit last, no UUID, or "(default)"',
  "https://cloud.google.com/firestore/docs/manage-databases#database_id",
);

const areas = ["eur3", "nam5", "nam7"];

export const databaseRules: Rules<FirestoreDatabaseProps> = [
  nameRule,
  {
    id: "location-form",
    reads: ["location"],
    page: "https://cloud.google.com/firestore/docs/locations",
    broken: ({ location }) =>
      location === undefined || areas.includes(location) || isRegion(location)
        ? undefined
        : `location is "${location}": Firestore has regions such as "europe-west1", and ${areas.join(", ")}`,
  },
  {
    id: "backups-keep",
    reads: ["backups"],
    ofTokens: true,
    page: "https://cloud.google.com/firestore/docs/backups",
    broken({ backups = {} }) {
      for (const turn of ["daily", "weekly"] as const) {
        const keep = backups[turn]?.keep;
        const sentence = keep && notADuration(keep, "1d", "98d");
        if (sentence) return `backups.${turn}.keep ${sentence("Firestore")}`;
      }
      return undefined;
    },
  },
];

/** What Cloud KMS calls the place of a database. */
export const keyLocation = (location: string): string => {
  if (location === "eur3") return "europe";
  return location.startsWith("nam") ? "us" : location;
};

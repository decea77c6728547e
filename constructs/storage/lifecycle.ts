import type { StorageBucketLifecycleRule } from "@cdktf/provider-google/lib/storage-bucket";
import { milliseconds, type Duration } from "../../pipeline/duration";
import { notADuration } from "../core/limits";
import type { Rules } from "../core/rules";
import { list } from "../core/text";

/** From the dearest to keep and cheapest to read, to the cheapest to keep and dearest to read. */
const classes = ["standard", "nearline", "coldline", "archive"] as const;

/** @see https://cloud.google.com/storage/docs/storage-classes */
export type StorageClass = (typeof classes)[number];

/**
 * What becomes of objects by themselves, once a day.
 *
 *     { action: "delete", when: { age: "30d", prefixes: ["temp/"] } }
 *     { action: { class: "archive" }, when: { age: "365d" } }
 *
 * @see https://cloud.google.com/storage/docs/lifecycle
 */
export interface LifecycleRule {
  /**
   * "delete": an object, or where the bucket keeps versions, that it is the one that is read. "abort-uploads": what is
   * left of uploads that never ended, and is paid for.
   */
  readonly action: "delete" | "abort-uploads" | { readonly class: StorageClass };
  readonly when: LifecycleCondition;
}

/** All that is said must hold. Times are in whole days. */
export interface LifecycleCondition {
  /** Since it was made. */
  readonly age?: Duration;
  /** A day: "2025-01-31". */
  readonly createdBefore?: string;
  /** Names that begin with one of these. */
  readonly prefixes?: readonly string[];
  /** Names that end with one of these. */
  readonly suffixes?: readonly string[];
  /** Objects that are in one of these classes. */
  readonly classes?: readonly StorageClass[];
  /** In a bucket that keeps versions: the one that is read, older ones, or all. @default "any", but for what only older ones have */
  readonly versions?: "live" | "noncurrent" | "any";
  /** So many newer versions are there. */
  readonly newerVersions?: number;
  /** Since a newer version took its place. */
  readonly noncurrentFor?: Duration;
  /** A day on which a newer version had taken its place. */
  readonly noncurrentBefore?: string;
  /** Since the time that whoever wrote the object gave it. */
  readonly customTimeAge?: Duration;
  /** A day before which that time is. */
  readonly customTimeBefore?: string;
}

interface Lifecycled {
  readonly lifecycle?: readonly LifecycleRule[];
  readonly storageClass?: StorageClass | "auto" | "auto-to-archive";
  readonly versioning?: boolean;
}

const DAY = milliseconds("1d");
const MOST_RULES = 100;
const MOST_AFFIXES = 50;
const page = "https://cloud.google.com/storage/docs/lifecycle";
const times = ["age", "noncurrentFor", "customTimeAge"] as const;
const dates = ["createdBefore", "noncurrentBefore", "customTimeBefore"] as const;
/** What no object of a bucket without versions ever has. */
const ofVersions = ["newerVersions", "noncurrentFor", "noncurrentBefore"] as const;

export const lifecycleRules: Rules<Lifecycled> = [
  {
    id: "lifecycle-count",
    reads: ["lifecycle"],
    page,
    broken: ({ lifecycle = [] }) =>
      lifecycle.length > MOST_RULES
        ? `lifecycle has ${lifecycle.length} rules: Cloud Storage takes at most ${MOST_RULES}`
        : undefined,
  },
  {
    id: "lifecycle-condition",
    reads: ["lifecycle"],
    ofTokens: true,
    page,
    broken: ({ lifecycle = [] }) => first(lifecycle, ({ when }) => conditionProblem(when)),
  },
  {
    id: "lifecycle-uploads",
    reads: ["lifecycle"],
    page: `${page}#abort-mpu`,
    broken: ({ lifecycle = [] }) =>
      first(lifecycle, ({ action, when }) => {
        const others = said(when).filter((name) => !["age", "prefixes", "suffixes"].includes(name));
        return action === "abort-uploads" && others.length > 0
          ? `.when.${others[0]}: an upload that never ended has an age and a name, and nothing else`
          : undefined;
      }),
  },
  {
    id: "lifecycle-class",
    reads: ["lifecycle", "storageClass"],
    page: `${page}#setstorageclass-cost`,
    broken: ({ lifecycle = [], storageClass = "standard" }) =>
      first(lifecycle, ({ action, when }) => {
        const auto = storageClass.startsWith("auto");
        if (auto && when.classes) return `.when.classes: storageClass is "${storageClass}", which moves them by itself`;
        if (typeof action === "string") return undefined;
        if (auto) return `.action is a class, and storageClass is "${storageClass}", which chooses it by itself`;
        const from = when.classes ?? [storageClass];
        return from.every((name) => rank(name) >= rank(action.class))
          ? `.action.class is "${action.class}", and objects are ${list(from)}: they move to colder classes only`
          : undefined;
      }),
  },
  {
    id: "lifecycle-versions",
    reads: ["lifecycle", "versioning"],
    page: `${page}#numnewerversions`,
    broken: ({ lifecycle = [], versioning }) =>
      first(lifecycle, ({ when }) => {
        const name =
          ofVersions.find((one) => when[one] !== undefined) ??
          (when.versions === "noncurrent" ? "versions" : undefined);
        return name === undefined || versioning !== undefined
          ? undefined
          : `.when.${name}: without versioning there are no older versions, and it never holds. Say versioning: true, or false where there were some once`;
      }),
  },
];

const rank = (name: string): number => classes.findIndex((one) => one === name);

const said = (when: LifecycleCondition): readonly string[] =>
  Object.entries(when).flatMap(([name, value]) => (value === undefined ? [] : [name]));

function first(
  rules: readonly LifecycleRule[],
  problem: (rule: LifecycleRule) => string | undefined,
): string | undefined {
  for (const [index, rule] of rules.entries()) {
    const found = problem(rule);
    if (found !== undefined) return `lifecycle[${index}]${found}`;
  }
  return undefined;
}

function conditionProblem(when: LifecycleCondition): string | undefined {
  if (said(when).length === 0) return `.when is empty: it would hold of every object. Say so with age: "0d"`;
  for (const name of times) {
    const value = when[name];
    const sentence = value && notADuration(value, "0d", "36500d");
    if (sentence) return `.when.${name} ${sentence("Cloud Storage")}`;
    if (value && milliseconds(value) % DAY !== 0) {
      return `.when.${name} is "${value}": Cloud Storage looks once a day, and takes whole days`;
    }
  }
  for (const name of dates) {
    const value = when[name];
    if (value !== undefined && !isDay(value)) return `.when.${name} is "${value}": write a day, as in "2025-01-31"`;
  }
  for (const name of ["prefixes", "suffixes"] as const) {
    const length = when[name]?.length ?? 1;
    if (length === 0 || length > MOST_AFFIXES) {
      return `.when.${name} has ${length}: Cloud Storage takes 1 to ${MOST_AFFIXES}`;
    }
  }
  if (when.classes?.length === 0) return `.when.classes is empty: no object is in no class`;
  const newer = when.newerVersions ?? 1;
  return Number.isInteger(newer) && newer >= 1
    ? undefined
    : `.when.newerVersions is ${newer}: Cloud Storage takes a whole number from 1`;
}

/** Of "2025-02-30", JavaScript makes the second of March. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

const states = { live: "LIVE", noncurrent: "ARCHIVED", any: "ANY" } as const;

const days = (length: Duration | undefined): number | undefined => length && milliseconds(length) / DAY;

/** As Terraform writes a rule. A zero is sent only where it is asked for once more. */
export function lifecycleRule({ action, when }: LifecycleRule): StorageBucketLifecycleRule {
  const age = days(when.age);
  const noncurrent = days(when.noncurrentFor);
  const custom = days(when.customTimeAge);
  return {
    action: actionOf(action),
    condition: {
      age,
      sendAgeIfZero: zero(age),
      createdBefore: when.createdBefore,
      matchesPrefix: when.prefixes && [...when.prefixes],
      matchesSuffix: when.suffixes && [...when.suffixes],
      matchesStorageClass: when.classes?.map((name) => name.toUpperCase()),
      withState: when.versions && states[when.versions],
      numNewerVersions: when.newerVersions,
      daysSinceNoncurrentTime: noncurrent,
      sendDaysSinceNoncurrentTimeIfZero: zero(noncurrent),
      noncurrentTimeBefore: when.noncurrentBefore,
      daysSinceCustomTime: custom,
      sendDaysSinceCustomTimeIfZero: zero(custom),
      customTimeBefore: when.customTimeBefore,
    },
  };
}

const zero = (days: number | undefined): true | undefined => (days === 0 ? true : undefined);

function actionOf(action: LifecycleRule["action"]): StorageBucketLifecycleRule["action"] {
  if (typeof action === "object") return { type: "SetStorageClass", storageClass: action.class.toUpperCase() };
  return { type: action === "delete" ? "Delete" : "AbortIncompleteMultipartUpload" };
}

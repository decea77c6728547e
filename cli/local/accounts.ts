/** Where every click went: what of it is missing, and where. */
import type { Measure } from "./measure";

/** One table that every click must reach, or be set aside before. */
export interface Account {
  readonly subscription: string;
  /** The pipeline between; none where the subscription writes by itself. */
  readonly pipeline?: string;
  readonly table: string;
  readonly by: Measure["by"];
  /** Clicks that the subscription was to deliver. */
  readonly expected: number;
  /** Of these, how many are in the table. */
  readonly reached: number;
  /** Of these, how many were set aside on the way. */
  readonly setAside: number;
  readonly missing: number;
  /** More than were expected: a click was counted twice. */
  readonly extra: number;
  /** Steps that drop rows when they are told to: what is missing may have ended there. */
  readonly mayDrop?: readonly string[];
  /** Why it cannot be told better. */
  readonly why?: string;
}

/** What was found at one table, when all was delivered. */
export interface Findings {
  readonly subscription: string;
  readonly pipeline: string | undefined;
  readonly table: string;
  readonly measure: Measure;
  /** Messages that the subscription's filter kept back. */
  readonly filtered: number;
  /** Message ids in the table. */
  readonly ids: ReadonlySet<string>;
  /** What the counts add up to, since the run began. */
  readonly counted: number;
  /** Message ids that were set aside by this pipeline. */
  readonly setAside: ReadonlySet<string>;
  /** Messages that could not be delivered to it; Pub/Sub does not say which they were. */
  readonly undelivered: number;
}

/** @param clicks message ids of those that the proxy took */
export function accountOf(clicks: readonly string[], findings: Findings): Account {
  const { counted, filtered, ids, measure, pipeline, setAside, subscription, table, undelivered } = findings;
  const aside = clicks.filter((id) => setAside.has(id)).length + undelivered;
  const expected = clicks.length - filtered;
  const reached =
    measure.by === "message ids"
      ? clicks.filter((id) => ids.has(id) && !setAside.has(id)).length
      : measure.by === "counts"
        ? counted
        : expected - aside;
  const difference = expected - reached - aside;
  return {
    subscription,
    ...(pipeline !== undefined && { pipeline }),
    table,
    by: measure.by,
    expected,
    reached,
    setAside: aside,
    missing: Math.max(0, difference),
    extra: Math.max(0, -difference),
    ...(measure.by !== "acknowledgements" && measure.mayDrop.length > 0 && { mayDrop: measure.mayDrop }),
    ...(measure.by === "acknowledgements" && { why: measure.why }),
  };
}

/** What is wrong with an account, in a sentence; undefined where every click is accounted for. */
export function problemOf({ by, expected, extra, mayDrop, missing, pipeline, table }: Account): string | undefined {
  const way = pipeline === undefined ? table : `${table} (${pipeline})`;
  if (extra > 0) return `${way} counts ${extra} clicks more than the ${expected} that it was given`;
  if (missing === 0 || mayDrop !== undefined) return undefined;
  return `${way} lacks ${missing} of ${expected} clicks, by ${by}: they are neither there nor among the dead letters`;
}

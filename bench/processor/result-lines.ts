/** Results as text, so that those of different programs are compared to the letter. */
import { millisecondsOf } from "../../pipeline/schema/timestamp";
import type { Query } from "./queries";

type Kind = "text" | "time" | "cents" | "number";

const columns: { readonly [Name in Query]: { readonly [field: string]: Kind } } = {
  map: { event_id: "text", user_pseudo_id: "text", value: "cents", country: "text" },
  fixed: { user_pseudo_id: "text", window_start: "time", clicks: "number", value: "cents" },
  sliding: { country: "text", window_start: "time", clicks: "number" },
  session: { user_pseudo_id: "text", window_start: "time", clicks: "number", value: "cents" },
  distinct: { event_name: "text", window_start: "time", users: "number" },
  whole: { event_id: "text", page: "text", country: "text", value: "cents", section: "text", fields: "number" },
};

/** A row as a line. Times are milliseconds in it, sums whole cents: they are added up in different orders. */
export function resultLine(query: Query, row: { readonly [field: string]: unknown }): string {
  return Object.entries(columns[query])
    .map(([field, kind]) => textOf(kind, row[field]))
    .join("|");
}

function textOf(kind: Kind, value: unknown): string {
  switch (kind) {
    case "cents":
      return String(Math.round(Number(value) * 100));
    case "time":
      return String(typeof value === "string" ? millisecondsOf(value) : value);
    default:
      return String(value);
  }
}

/** @returns undefined where both have the same lines, in any order; else a sentence that shows a difference */
export function differenceOf(ours: readonly string[], theirs: readonly string[]): string | undefined {
  const [a, b] = [ours.toSorted(), theirs.toSorted()];
  const place = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find((i) => a[i] !== b[i]);
  if (place === undefined) return undefined;
  return `${a.length} rows and ${b.length}; the first that differ are ${a[place] ?? "none"} and ${b[place] ?? "none"}`;
}

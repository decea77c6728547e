/** The state of a journey at one moment, in numbers: what the page and the command line show. */
import type { Counters, Denial } from "../service";
import type { CloudView, WorkloadView } from "../view";
import type { Journey } from "./journey";
import { askStatuses, type Statuses } from "./statuses";

export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly counters: Counters;
  readonly statuses: Statuses;
  readonly workloads: readonly WorkloadView[];
  readonly denials: readonly Denial[];
  readonly totals: Totals;
}

export interface Totals {
  /** Messages published to the journey's topics. */
  readonly events: number;
  /** Messages that a subscription of these topics still owes. */
  readonly backlog: number;
  /** Of the oldest of them, in seconds. */
  readonly oldest: number;
  /** The least of all processors with windows, in milliseconds since the epoch; undefined where none has one. */
  readonly watermark: number | undefined;
  /** By the table's address. */
  readonly rows: { readonly [table: string]: number };
  readonly deadLetters: number;
}

export async function takeSnapshot(view: CloudView, journey: Journey, now: () => number): Promise<Snapshot> {
  const workloads = view.workloads();
  const statuses = await askStatuses(workloads);
  const counters = view.counters();
  return {
    at: now(),
    counters,
    statuses,
    workloads,
    denials: view.denials,
    totals: totalsOf(journey, counters, statuses),
  };
}

export function totalsOf(journey: Journey, counters: Counters, statuses: Statuses): Totals {
  const of = (address: string, counter: string): number => counters[address]?.[counter] ?? 0;
  const sum = (addresses: readonly string[], counter: string): number =>
    addresses.reduce((total, address) => total + of(address, counter), 0);
  const subscriptions = journey.routes.map(({ subscription }) => subscription);
  const watermarks = Object.values(statuses)
    .map(({ watermark }) => (watermark === null ? Number.NaN : Date.parse(watermark)))
    .filter((watermark) => !Number.isNaN(watermark));
  const tables = [...new Set(journey.routes.flatMap((route) => route.tables))];
  return {
    events: sum(journey.topics, "published"),
    backlog: sum(subscriptions, "unacknowledged"),
    oldest: Math.max(0, ...subscriptions.map((address) => of(address, "oldestUnacknowledgedSeconds"))),
    watermark: watermarks.length === 0 ? undefined : Math.min(...watermarks),
    rows: Object.fromEntries(tables.map((table) => [table, of(table, "rows")])),
    deadLetters: sum(
      journey.deadLetters.map(({ topic }) => topic),
      "published",
    ),
  };
}

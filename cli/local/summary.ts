/** What a run came to, as JSON for machines and as a few lines for people. */
import type { DeadLetter } from "../../local/console/dead-letters";
import type { Totals } from "../../local/console/snapshot";
import { count } from "../../local/console/words";
import type { Simulation } from "../simulate/simulation";
import { type Account, problemOf } from "./accounts";

export interface Summary {
  readonly stack: string;
  /** That the proxy took. */
  readonly clicks: number;
  /** Of them, how many were malformed on purpose. */
  readonly malformed: number;
  /** That the proxy did not take, and why: by status. */
  readonly refused: { readonly [status: string]: { readonly clicks: number; readonly reason: string } };
  /** By table, as dataset.table. At least once: a row may be there twice. */
  readonly rows: { readonly [table: string]: number };
  readonly deadLetters: {
    readonly total: number;
    /** Different messages: each pipeline sets a malformed one aside for itself. */
    readonly messages: number;
    readonly byPipeline: { readonly [pipeline: string]: number };
    /** The most frequent, at most twenty. */
    readonly reasons: { readonly [reason: string]: number };
  };
  readonly unacknowledged: number;
  /** Rows that are durable in a pipeline's log and not in their table. */
  readonly unwritten: number;
  readonly accounts: readonly Account[];
  /** How often each fault that was asked for struck. */
  readonly faults: { readonly [fault: string]: number };
  /** Why not every click is accounted for; nothing where all of them are. */
  readonly problems: readonly string[];
  readonly seconds: number;
}

export interface SummaryProps {
  readonly stack: string;
  readonly simulation: Pick<Simulation, "accepted" | "refused"> | undefined;
  readonly malformed: number;
  readonly totals: Totals;
  readonly labels: { readonly [address: string]: string };
  readonly letters: readonly DeadLetter[];
  readonly unwritten: number;
  readonly faults: Summary["faults"];
  /** Why the journey did not come to its end; undefined where it did. */
  readonly stuck?: string;
  readonly accounts: readonly Account[];
  /** The state was kept from an earlier run, whose open windows may close in this one. */
  readonly carried: boolean;
  readonly milliseconds: number;
}

const MOST_REASONS = 20;

export function summaryOf(props: SummaryProps): Summary {
  const { accounts, letters, malformed, milliseconds, simulation, stack, stuck, totals, unwritten } = props;
  const refused = Object.fromEntries(
    [...(simulation?.refused ?? [])].map(([status, { count: clicks, reason }]) => [status, { clicks, reason }]),
  );
  const unacknowledged = totals.backlog;
  return {
    stack,
    clicks: simulation?.accepted.length ?? 0,
    malformed,
    refused,
    rows: Object.fromEntries(Object.entries(totals.rows).map(([table, rows]) => [props.labels[table] ?? table, rows])),
    deadLetters: {
      total: letters.length,
      messages: new Set(letters.map(({ id, source }) => source ?? id)).size,
      byPipeline: tally(letters.map(({ pipeline, subscription }) => pipeline ?? subscription ?? "unknown")),
      reasons: mostFrequent(tally(letters.map(({ reason }) => reason)), MOST_REASONS),
    },
    unacknowledged,
    unwritten,
    faults: props.faults,
    accounts,
    problems: [
      ...(stuck === undefined ? [] : [`the journey does not get on: ${stuck}`]),
      ...Object.entries(refused).map(
        ([status, { clicks, reason }]) => `${clicks} clicks were refused: ${status}, ${reason}`,
      ),
      // Of a journey that did not come to its end, windows are open still: what is missing may only be on its way.
      ...(stuck === undefined ? accounts : [])
        .map((account) => (props.carried ? { ...account, extra: 0 } : account))
        .flatMap((account) => problemOf(account) ?? []),
      ...(unacknowledged > 0 ? [`${unacknowledged} messages are not acknowledged`] : []),
      ...(unwritten > 0 ? [`${unwritten} rows are not written`] : []),
    ],
    seconds: Math.round(milliseconds / 100) / 10,
  };
}

export function summaryText(summary: Summary): string {
  const { accounts, clicks, deadLetters, faults, problems, seconds, unacknowledged, unwritten } = summary;
  const lines = [
    `${count(clicks)} clicks in ${seconds} s`,
    ...accounts.map(
      ({ by, expected, missing, reached, setAside, table }) =>
        `  ${table}: ${count(reached)} of ${count(expected)} by ${by}` +
        `${setAside > 0 ? `, ${count(setAside)} set aside` : ""}${missing > 0 ? `, ${count(missing)} missing` : ""}`,
    ),
    `  dead letters: ${count(deadLetters.total)}, of ${count(deadLetters.messages)} messages`,
    ...Object.entries(deadLetters.reasons).map(([reason, letters]) => `    ${count(letters)}  ${reason}`),
    `  ${count(unacknowledged)} unacknowledged, ${count(unwritten)} unwritten`,
    ...Object.entries(faults).map(([fault, times]) => `  ${count(times)} times: ${fault}`),
  ];
  return [...lines, ...(problems.length === 0 ? ["Every click is accounted for."] : problems)].join("\n");
}

function tally(words: readonly string[]): { readonly [word: string]: number } {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function mostFrequent(counts: { readonly [word: string]: number }, most: number): { readonly [word: string]: number } {
  return Object.fromEntries(
    Object.entries(counts)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, most),
  );
}

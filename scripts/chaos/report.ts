/** What a chaos run came to, in words and tables. */
import type { ChaosResult } from "./run";
import type { PipelineChaos } from "./trial";
import { isRight, lostAndDoubled } from "./verdict";

export const isWell = ({ pipelines }: ChaosResult): boolean =>
  pipelines.every(({ verdict, problems }) => isRight(verdict) && problems.length === 0);

export function chaosReport(result: ChaosResult): string {
  const { kills, load, pipelines, seconds, seed, struck } = result;
  const lost = sum(pipelines.map(({ verdict }) => lostAndDoubled(verdict).lost));
  const doubled = sum(pipelines.map(({ verdict }) => lostAndDoubled(verdict).doubled));
  const faults = Object.entries(struck).map(([fault, times]) => `${times} ${fault}`);
  const columns = ["", ...pipelines.map(({ pipeline }) => pipeline)];
  const row = (what: string, of: (one: PipelineChaos) => string | number) => [what, ...pipelines.map(of)];
  const rows = [
    row("events", ({ published }) => published),
    row("SIGKILL", ({ blows }) => blows.SIGKILL),
    row("SIGTERM", ({ blows }) => blows.SIGTERM),
    row("killed beside a rival that waits", ({ blows }) => blows.rival),
    row("held until another owned the log, let go on", ({ blows }) => blows.zombie),
    row("owners of the log, one after the other", ({ owners }) => owners),
    row("streams of messages cut", ({ cutStreams }) => cutStreams),
    row("deliveries told to be duplicates", ({ duplicates }) => duplicates),
    row("start to owning after an orderly end, ms: median, most", ({ afterLeaving }) => times(afterLeaving)),
    row("the same after a kill, with the wait for silence", ({ afterKill }) => times(afterKill)),
    row("of that, restoring: reading the log and taking it up", ({ restores }) => times(restores)),
    row("messages given up, as processes died at them twice", ({ condemned }) => condemned),
    row("panes in the table: early, on time, late", ({ timing }) => {
      return [timing["EARLY"] ?? 0, timing["ON_TIME"] ?? 0, timing["LATE"] ?? 0].join(", ");
    }),
    row("rows that are not the model's: missing, unexpected", ({ verdict }) => {
      return `${verdict.missing.length}, ${verdict.unexpected.length}`;
    }),
    row("lost, doubled by the totals", ({ verdict }) => {
      const of = lostAndDoubled(verdict);
      return `${of.lost}, ${of.doubled}`;
    }),
  ];
  const table = [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return [
    `${kills} kills from seed ${seed} in ${Math.round(seconds)} s: **${lost} lost, ${doubled} doubled**. Load of the machine, with all else it did: ${load.toFixed(1)}.`,
    "",
    ...table,
    "",
    `Calls that were struck: ${faults.join(", ") || "none"}.`,
    ...pipelines.flatMap(wrongWith),
    "",
  ].join("\n");
}

/** The most that is told of each kind of difference. */
const MOST = 10;

function wrongWith({ pipeline, problems, verdict }: PipelineChaos): readonly string[] {
  const of = (what: string, all: readonly string[]): readonly string[] => {
    const more = all.length > MOST ? [`- ${pipeline}: ${all.length - MOST} more`] : [];
    return [...all.slice(0, MOST).map((one) => `- ${pipeline}: ${what}${one}`), ...more];
  };
  const totals = verdict.totals.map(
    ({ user, window, clicks, points }) => `${user} in ${window}: ${clicks} clicks, ${points} points`,
  );
  const lines = [
    ...of("", problems),
    ...of("too many or too few: ", totals),
    ...of("missing row ", verdict.missing),
    ...of("unexpected row ", verdict.unexpected),
  ];
  return lines.length === 0 ? [] : ["", ...lines];
}

function times(all: readonly number[]): string {
  const sorted = all.toSorted((a, b) => a - b);
  if (sorted.length === 0) return "-";
  return `${Math.round(sorted[sorted.length >> 1] ?? 0)}, ${Math.round(sorted.at(-1) ?? 0)}`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

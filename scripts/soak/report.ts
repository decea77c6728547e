/** What a soak came to, in words and a table. */
import type { SoakResult } from "./run";
import type { Sample, Trend } from "./samples";

/** Minutes below which a trend may be what else the machine does. */
const TELLING = 10;

/** Nothing lost, nothing doubled, and, of a run that is long enough to tell, nothing that grows. */
export function isWell({ exitCode, minutes, trends, verdict }: SoakResult): boolean {
  const { backlog, megabytes, watermarkAge } = trends;
  const isBounded = [backlog, megabytes, watermarkAge].every((trend) => trend.isBounded);
  return (
    verdict.lost + verdict.doubled + verdict.wrong.length === 0 && exitCode === 0 && (isBounded || minutes < TELLING)
  );
}

export function soakReport({
  exitCode,
  limit,
  minutes,
  published,
  rate,
  samples,
  trends,
  verdict,
}: SoakResult): string {
  const { backlog, megabytes, watermarkAge, warmUp } = trends;
  const of = limit === undefined ? "as asked" : `80 % of ${Math.round(limit)}/s, measured before in the same processes`;
  const range = (value: (sample: Sample) => number): string => {
    const sorted = samples.map(value).toSorted((a, b) => a - b);
    return `${shown(sorted[0] ?? 0)}, ${shown(sorted[sorted.length >> 1] ?? 0)}, ${shown(sorted.at(-1) ?? 0)}`;
  };
  const row = (what: string, value: (sample: Sample) => number, trend: Trend | undefined): string => {
    const cells =
      trend === undefined
        ? ["", "", "", ""]
        : [shown(trend.first), shown(trend.last), shown(trend.most), trend.isBounded ? "yes" : "**no**"];
    return `| ${[what, range(value), ...cells].join(" | ")} |`;
  };
  return [
    `${minutes} minutes at ${rate} events/s (${of}): ${published} events, **${verdict.lost} lost, ${verdict.doubled} doubled**, exit code ${exitCode}.`,
    "",
    `Means of the first and of the last third after ${Math.round(warmUp)} s of warm-up; the last may not be above the limit.`,
    "",
    "| | least, median, most | first third | last third | limit | bounded |",
    "| --- | --- | --- | --- | --- | --- |",
    row("processor's resident memory, MB", (one) => one.megabytes, megabytes),
    row("the local cloud's, in its own process, MB", (one) => one.cloudMegabytes, undefined),
    row("watermark behind the clock, s", (one) => one.watermarkAge, watermarkAge),
    row("messages not acknowledged", (one) => one.backlog, backlog),
    row("load of the machine, with all else it does", (one) => one.load, undefined),
    ...verdict.wrong.map((one) => `\n- ${one}`),
    "",
  ].join("\n");
}

const shown = (value: number): string => String(Math.round(value * 10) / 10);

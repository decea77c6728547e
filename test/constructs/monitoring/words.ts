import type { Conditions, SeriesCondition } from "../../../constructs/monitoring/condition";
import { isLog, seriesConditionsOf } from "../../../constructs/monitoring/condition";
import type { Signal } from "../../../constructs/monitoring/signals/signal";
import type { Tile } from "../../../constructs/monitoring/tile";
import type { Ratio, TimeSeries } from "../../../constructs/monitoring/time-series";

/** Alerts and tiles in a line each, so that a test can say what they all are. */

function seriesWords(series: TimeSeries | Ratio): string {
  if ("of" in series) return `${seriesWords(series.of)} / ${seriesWords(series.to)}`;
  const { combine, by, align, every, filter } = series;
  const kept = by.length === 0 ? "" : ` by ${by.join(", ")}`;
  return `${combine ?? "each"}${kept} of ${align} in ${every} of ${filter}`;
}

function conditionWords(condition: SeriesCondition): string {
  if ("promql" in condition) {
    return `${condition.promql} for ${condition.for}${condition.unvalidated === true ? ", unvalidated" : ""}`;
  }
  if ("absent" in condition) return `no ${seriesWords(condition.absent)} for ${condition.for}`;
  return `${seriesWords(condition.series)} > ${condition.above} for ${condition.for}`;
}

function conditionsWords(when: Conditions): string {
  if (isLog(when)) return `log ${when.log} told with ${Object.keys(when.labels ?? {}).join(", ")}`;
  return seriesConditionsOf(when)
    .map((condition) => (condition.name === undefined ? "" : `[${condition.name}] `) + conditionWords(condition))
    .join(" or ");
}

export const alertWords = ({ name, severity, title, when }: Signal): string =>
  `${name}, ${severity}: ${title}: ${conditionsWords(when)}`;

export function tileWords(tile: Tile): string {
  if (!("chart" in tile)) return JSON.stringify(tile);
  const lines = tile.lines.map(
    (line) => `${line.as ?? "line"} ${"series" in line ? seriesWords(line.series) : line.promql}`,
  );
  const levels = (tile.levels ?? []).map(({ value, label }) => ` | ${label} at ${value}`);
  return `${tile.chart}: ${lines.join(" & ")}${levels.join("")}`;
}

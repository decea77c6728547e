import { seconds } from "../../pipeline/duration";
import type { AlertPolicy } from "./alert-policy";
import { aggregationOf } from "./condition";
import type { Ratio, TimeSeries } from "./time-series";

/** What is drawn: points of a metric, one divided by another, or what a query in PromQL answers. */
type Drawn = { readonly series: TimeSeries | Ratio } | { readonly promql: string };

type Line = Drawn & {
  /** @default "line" */
  readonly as?: "line" | "area" | "bars" | "heatmap";
  /** What each series is called: `${resource.labels.topic_id}`. @default its labels */
  readonly legend?: string;
};

/** A level in a chart. */
export interface Level {
  readonly value: number;
  /** @default none */
  readonly label?: string;
}

interface Chart {
  /** Its title. */
  readonly chart: string;
  readonly lines: readonly Line[];
  /** Levels that are drawn across it, such as where an alert begins. @default none */
  readonly levels?: readonly Level[];
  /** "log" where small and large values are both of interest. @default "linear" */
  readonly scale?: "linear" | "log";
  /** What the vertical axis says. @default the unit alone */
  readonly axis?: string;
}

/** The latest value, large. */
type Scorecard = Drawn & {
  /** Its title. */
  readonly scorecard: string;
  /** What is seen below the number. @default "line" */
  readonly below?: "line" | "bars" | "nothing" | { readonly gauge: { readonly from: number; readonly to: number } };
  /** Turns yellow, and red, past these. @default never */
  readonly yellow?: Past;
  readonly red?: Past;
};

type Past = { readonly above: number } | { readonly below: number };

/** A text in Markdown. */
interface Text {
  readonly text: string;
  /** @default none */
  readonly title?: string;
}

/** What an alert looks at, and its incidents. Alerts on log entries and in PromQL with several conditions have no chart. */
interface AlertChart {
  readonly alert: AlertPolicy;
}

/** The open incidents of alerts. */
interface Incidents {
  readonly incidents: readonly AlertPolicy[];
  /** Its title. */
  readonly title: string;
}

/** The latest log entries, in Logging's language. */
interface Logs {
  readonly logs: string;
  /** Its title. */
  readonly title: string;
}

export type Tile = (Chart | Scorecard | Text | AlertChart | Incidents | Logs) & {
  /** Of a row, 1 to 48, where the console is 48 wide. @default what is left of the row, shared among its tiles */
  readonly width?: number;
  /** In the same measure, by which a chart is 12 high. @default by what it is */
  readonly height?: number;
};

/** Of a screen without scrolling there is room for some 30. */
export function heightOf(tile: Tile): number {
  if (tile.height !== undefined) return tile.height;
  if ("text" in tile) return 5;
  if ("scorecard" in tile) return 8;
  return "logs" in tile ? 16 : 12;
}

/** JSON as Monitoring gives it back: of what is 0 it says nothing, and whoever says it finds a change at every plan. */
const unlessZero = (value: number): number | undefined => (value === 0 ? undefined : value);

/**
 * A tile as Monitoring takes it.
 * @see https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#widget
 */
export function widgetOf(tile: Tile): object {
  if ("chart" in tile) return { title: tile.chart, xyChart: xyChart(tile) };
  if ("scorecard" in tile) return { title: tile.scorecard, scorecard: scorecard(tile) };
  if ("text" in tile) return { title: tile.title, text: { content: tile.text, format: "MARKDOWN" } };
  if ("alert" in tile) return { alertChart: { name: tile.alert.path } };
  if ("logs" in tile) return { title: tile.title, logsPanel: { filter: tile.logs } };
  return { title: tile.title, incidentList: { policyNames: tile.incidents.map(({ path }) => path) } };
}

const plots = { line: "LINE", area: "STACKED_AREA", bars: "STACKED_BAR", heatmap: "HEATMAP" } as const;

function xyChart({ lines, levels = [], scale = "linear", axis }: Chart) {
  return {
    dataSets: lines.map((line) => ({
      timeSeriesQuery: query(line),
      plotType: plots[line.as ?? "line"],
      legendTemplate: line.legend,
      minAlignmentPeriod: "series" in line ? seconds(numerator(line.series).every) : undefined,
    })),
    thresholds:
      levels.length === 0 ? undefined : levels.map(({ value, label }) => ({ value: unlessZero(value), label })),
    yAxis: { label: axis, scale: scale === "log" ? "LOG10" : "LINEAR" },
  };
}

function scorecard(card: Scorecard) {
  const { below = "line" } = card;
  const thresholds = [...past("YELLOW", card.yellow), ...past("RED", card.red)];
  return {
    timeSeriesQuery: query(card),
    sparkChartView:
      below === "line" || below === "bars"
        ? { sparkChartType: below === "line" ? "SPARK_LINE" : "SPARK_BAR" }
        : undefined,
    gaugeView:
      typeof below === "object"
        ? { lowerBound: unlessZero(below.gauge.from), upperBound: unlessZero(below.gauge.to) }
        : undefined,
    thresholds: thresholds.length === 0 ? undefined : thresholds,
  };
}

function past(color: "YELLOW" | "RED", level: Past | undefined) {
  if (level === undefined) return [];
  const [direction, value] = "above" in level ? ["ABOVE", level.above] : ["BELOW", level.below];
  return [{ color, direction, value: unlessZero(value) }];
}

const numerator = (series: TimeSeries | Ratio): TimeSeries => ("of" in series ? series.of : series);

function query(drawn: Drawn) {
  if ("promql" in drawn) return { prometheusQuery: drawn.promql };
  const { series } = drawn;
  if (!("of" in series)) return { timeSeriesFilter: filtered(series) };
  return { timeSeriesFilterRatio: { numerator: filtered(series.of), denominator: filtered(series.to) } };
}

const filtered = (series: TimeSeries) => ({ filter: series.filter, aggregation: aggregationOf(series) });

/** All series that a tile shows. */
export function seriesIn(tile: Tile): readonly TimeSeries[] {
  const drawn = "lines" in tile ? tile.lines : "scorecard" in tile ? [tile] : [];
  return drawn.flatMap((each) => {
    if (!("series" in each)) return [];
    return "of" in each.series ? [each.series.of, each.series.to] : [each.series];
  });
}

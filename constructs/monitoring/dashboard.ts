import { MonitoringDashboard, type MonitoringDashboardConfig } from "@cdktf/provider-google/lib/monitoring-dashboard";
import { Construct } from "constructs";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { check, type Rules } from "../core/rules";
import { literal } from "../core/text";
import { isAlignable } from "./metric";
import { mosaicOf, WIDE, type Section } from "./layout";
import { seriesIn, type Tile } from "./tile";
import { titled } from "./titles";

export interface DashboardProps extends Overridable<MonitoringDashboardConfig> {
  /** In addresses. @default the construct's id */
  readonly name?: string;
  /** What people see in lists. @default the name */
  readonly title?: string;
  /**
   * What is on it, from top to bottom. Rows are laid out by themselves, at most four tiles in a line. Filters, tables,
   * and other widgets than those here are left to `overrides`, which replace all of its JSON.
   */
  readonly sections: readonly Section[];
}

const page = "https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards";
const MOST_TILES = 100;
const MOST_COLUMNS = 6;

const groupsOf = (section: Section) => ("columns" in section ? section.columns : [section]);
const tilesOf = (sections: readonly Section[]): readonly Tile[] =>
  sections.flatMap((section) => groupsOf(section).flatMap(({ tiles }) => [...tiles]));

const isSize = (size: number | undefined, most: number): boolean =>
  size === undefined || (Number.isInteger(size) && size >= 1 && size <= most);

const rules: Rules<DashboardProps & { readonly title: string }> = [
  {
    id: "title-length",
    reads: ["title"],
    page,
    broken: ({ title }) =>
      title.trim() === "" ? "title is empty: it is all that tells a dashboard from others" : undefined,
  },
  {
    id: "sections-count",
    reads: [],
    page: "https://cloud.google.com/monitoring/quotas",
    broken({ sections }) {
      const { length } = tilesOf(sections);
      return length >= 1 && length <= MOST_TILES
        ? undefined
        : `sections has ${length} tiles: a dashboard has 1 to ${MOST_TILES}. What is more than a screen or two nobody reads`;
    },
  },
  {
    id: "sections-columns",
    reads: [],
    page,
    broken({ sections }) {
      const wrong = sections.find(
        (section) => "columns" in section && (section.columns.length < 1 || section.columns.length > MOST_COLUMNS),
      );
      return wrong && "columns" in wrong
        ? `sections has ${wrong.columns.length} columns beside each other: 1 to ${MOST_COLUMNS} can be read`
        : undefined;
    },
  },
  {
    id: "sections-size",
    reads: [],
    page,
    broken({ sections }) {
      const wrong = tilesOf(sections).find(({ width, height }) => !isSize(width, WIDE) || !isSize(height, 1_000));
      return (
        wrong &&
        `a tile is ${wrong.width ?? "any"} wide and ${wrong.height ?? "any"} high: widths are 1 to ${WIDE}, heights 1 and more`
      );
    },
  },
  {
    id: "sections-series",
    reads: [],
    page: "https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Aligner",
    broken({ sections }) {
      const wrong = tilesOf(sections)
        .flatMap(seriesIn)
        .find(({ metric, align }) => !isAlignable(metric, align));
      return (
        wrong &&
        `align is "${wrong.align}", and ${wrong.metric.type} is a ${wrong.metric.kind} of ${wrong.metric.value}: Monitoring cannot align it so`
      );
    },
  },
];

/**
 * What people look at: tiles on a screen. Its JSON is what Monitoring gives back, so that a plan finds no changes.
 *
 *     new Dashboard(this, "clicks", {
 *       sections: [{ title: "Topics", tiles: [{ chart: "Published", lines: [{ series, as: "bars" }] }] }],
 *     });
 *
 * @throws InvalidProps
 * @see https://cloud.google.com/monitoring/dashboards
 */
export class Dashboard extends Construct {
  readonly resource: MonitoringDashboard;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const key = props.name ?? id;
    const { title = key, sections } = props;
    check(this, { ...props, title }, rules);
    this.resource = make(this, "resource", MonitoringDashboard, key, {
      dashboardJson: literal(JSON.stringify({ displayName: titled(this, title), mosaicLayout: mosaicOf(sections) })),
      ...props.overrides,
    });
  }
}

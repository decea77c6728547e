import { expect, test } from "vitest";
import { Dashboard, type DashboardProps } from "../../../constructs/monitoring/dashboard";
import type { Tile } from "../../../constructs/monitoring/tile";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { age, published, refused } from "./support";

interface Placed {
  readonly xPos?: number;
  readonly yPos?: number;
  readonly width: number;
  readonly height: number;
  readonly widget: { readonly title?: string };
}

/** The JSON that Monitoring gets, after Terraform has read it. */
function jsonOf(dashboard: { readonly [name: string]: unknown }): {
  readonly displayName: string;
  readonly mosaicLayout: { readonly columns: number; readonly tiles: readonly Placed[] };
} {
  return JSON.parse(String(dashboard["dashboard_json"]).replaceAll("$${", "${")) as never;
}

const laidOut = (sections: DashboardProps["sections"]): readonly Placed[] =>
  jsonOf(
    templateOf((stack) => void new Dashboard(stack, "clicks", { sections })).resource(
      "google_monitoring_dashboard.clicks",
    ),
  ).mosaicLayout.tiles;

/** Where tiles are: "x y width height". */
const places = (sections: DashboardProps["sections"]): readonly string[] =>
  laidOut(sections).map(({ xPos = 0, yPos = 0, width, height }) => [xPos, yPos, width, height].join(" "));

const text: Tile = { text: "a" };
const chart: Tile = { chart: "a", lines: [{ promql: "up" }] };

test("a dashboard of which nothing is said is a screen wide", () => {
  const resource = templateOf(examples.Dashboard.minimal).resource("google_monitoring_dashboard.clicks");
  expect(Object.keys(resource).toSorted()).toEqual(["dashboard_json", "depends_on"]);
  expect(jsonOf(resource)).toEqual({
    displayName: "clicks",
    mosaicLayout: {
      columns: 48,
      tiles: [{ width: 48, height: 5, widget: { text: { content: "# Clicks", format: "MARKDOWN" } } }],
    },
  });
});

test("a dashboard of which all is said", async () => {
  const template = templateOf(examples.Dashboard.maximal, { prefix: "alice" });
  const resource = template.resource("google_monitoring_dashboard.all-of-it");
  expect(resource).toMatchObject({ timeouts: { create: "10m" }, depends_on: ["time_sleep.apis"] });
  expect(resource["dashboard_json"]).toContain('"displayName":"alice: All of $${it}"');
  await expect(`${JSON.stringify(jsonOf(resource), null, 2)}\n`).toMatchFileSnapshot("__snapshots__/dashboard.json");
});

const row = (count: number) => places([{ tiles: Array.from({ length: count }, () => chart) }]);

test("tiles share a line, at most four, and lines are about as long as each other", () => {
  expect(row(1)).toEqual(["0 0 48 12"]);
  expect(row(4)).toEqual(["0 0 12 12", "12 0 12 12", "24 0 12 12", "36 0 12 12"]);
  expect(row(5)).toEqual(["0 0 16 12", "16 0 16 12", "32 0 16 12", "0 12 24 12", "24 12 24 12"]);
});

test("what is no whole part of a line is left to its last tile", () => {
  const tiles = [{ ...chart, width: 10 }, { ...chart, width: 9 }, chart, chart];
  expect(places([{ tiles }])).toEqual(["0 0 10 12", "10 0 9 12", "19 0 14 12", "33 0 15 12"]);
});

test("a tile that says how wide it is begins a line where it finds no room", () => {
  const wide = { ...chart, width: 24 };
  expect(places([{ tiles: [wide, wide, wide] }])).toEqual(["0 0 24 12", "24 0 24 12", "0 12 24 12"]);
  expect(
    places([
      {
        tiles: [
          { ...chart, width: 40 },
          { ...chart, width: 9 },
        ],
      },
    ]),
  ).toEqual(["0 0 40 12", "0 12 9 12"]);
});

test("a line is as high as its highest tile, by what it is or by what it says", () => {
  const card: Tile = { scorecard: "a", promql: "up" };
  expect(places([{ tiles: [text, card] }])).toEqual(["0 0 24 8", "24 0 24 8"]);
  expect(places([{ tiles: [{ logs: "a", title: "a" }, text] }])).toEqual(["0 0 24 16", "24 0 24 16"]);
  expect(places([{ tiles: [{ ...text, height: 2 }] }])).toEqual(["0 0 48 2"]);
  expect(places([{ tiles: [{ incidents: [], title: "a" }] }])).toEqual(["0 0 48 12"]);
});

test("sections are below each other, each under its heading", () => {
  expect(places([{ title: "a", tiles: [text] }, { tiles: [text] }, { title: "b", tiles: [chart] }])).toEqual([
    "0 0 48 4",
    "0 4 48 5",
    "0 9 48 5",
    "0 14 48 4",
    "0 18 48 12",
  ]);
});

test("columns are beside each other, each with its heading, and what follows is below the longest", () => {
  const sections: DashboardProps["sections"] = [
    {
      columns: [
        { title: "Left", tiles: [chart] },
        { title: "Middle", tiles: [text, chart] },
        { title: "Right", tiles: [] },
      ],
    },
    { tiles: [text] },
  ];
  expect(places(sections)).toEqual([
    "0 0 16 4",
    "0 4 16 12",
    "16 0 16 4",
    "16 4 16 5",
    "16 9 16 12",
    "32 0 16 4",
    "0 21 48 5",
  ]);
  expect(laidOut(sections)[0]?.widget).toEqual({ text: { content: "### Left", format: "MARKDOWN" } });
});

const widgetOf = (tile: Tile) => laidOut([{ tiles: [tile] }])[0]?.widget;

const chartOf = (tile: Tile) => (widgetOf(tile) as { readonly xyChart: object }).xyChart;
const cardOf = (more: object) =>
  (widgetOf({ scorecard: "a", promql: "up", ...more }) as { readonly scorecard: object }).scorecard;

test("a chart draws lines on a linear scale, and a period of its series", () => {
  expect(chartOf({ chart: "a", lines: [{ series: { ...age, every: "5m" } }] })).toEqual({
    dataSets: [
      {
        timeSeriesQuery: {
          timeSeriesFilter: {
            filter: age.filter,
            aggregation: { alignmentPeriod: "300s", perSeriesAligner: "ALIGN_MAX" },
          },
        },
        plotType: "LINE",
        minAlignmentPeriod: "300s",
      },
    ],
    yAxis: { scale: "LINEAR" },
  });
  expect(
    chartOf({ chart: "a", lines: [{ series: { of: { ...refused, every: "2m" }, to: published } }] }),
  ).toMatchObject({
    dataSets: [{ minAlignmentPeriod: "120s" }],
  });
  expect(
    chartOf({
      chart: "a",
      lines: [
        { promql: "up", as: "bars" },
        { promql: "up", as: "heatmap" },
      ],
    }),
  ).toMatchObject({ dataSets: [{ plotType: "STACKED_BAR" }, { plotType: "HEATMAP" }] });
});

test("a scorecard has a line below it, and what is 0 is not said", () => {
  const query = { timeSeriesQuery: { prometheusQuery: "up" } };
  expect(cardOf({})).toEqual({ ...query, sparkChartView: { sparkChartType: "SPARK_LINE" } });
  expect(cardOf({ below: "nothing" })).toEqual(query);
  expect(cardOf({ below: { gauge: { from: 1, to: 2 } } })).toEqual({
    ...query,
    gaugeView: { lowerBound: 1, upperBound: 2 },
  });
  expect(cardOf({ below: "nothing", yellow: { below: 3 }, red: { below: 0 } })).toEqual({
    ...query,
    thresholds: [
      { color: "YELLOW", direction: "BELOW", value: 3 },
      { color: "RED", direction: "BELOW" },
    ],
  });
});

test.each<[Partial<DashboardProps>, string]>([
  [{ title: " " }, "title is empty: it is all that tells a dashboard from others"],
  [{ sections: [] }, "sections has 0 tiles: a dashboard has 1 to 100. What is more than a screen or two nobody reads"],
  [{ sections: [{ tiles: Array.from({ length: 101 }, () => text) }] }, "sections has 101 tiles"],
  [
    { sections: [{ columns: Array.from({ length: 7 }, () => ({ title: "a", tiles: [text] })) }] },
    "sections has 7 columns beside each other: 1 to 6 can be read",
  ],
  [
    { sections: [{ tiles: [{ ...text, width: 49 }] }] },
    "a tile is 49 wide and any high: widths are 1 to 48, heights 1 and more",
  ],
  [{ sections: [{ tiles: [{ ...text, height: 0 }] }] }, "a tile is any wide and 0 high"],
  [
    { sections: [{ tiles: [{ chart: "a", lines: [{ series: { ...published, align: "interpolate" } }] }] }] },
    'align is "interpolate", and pubsub.googleapis.com/topic/send_request_count is a delta of number: Monitoring cannot align it so',
  ],
])("what is wrong is said: %#", (props, sentence) => {
  const stack = aStack();
  expect(messageOf(() => new Dashboard(stack, "clicks", { sections: [{ tiles: [text] }], ...props }))).toContain(
    sentence,
  );
});

test("what is just within the limits is taken", () => {
  const stack = aStack();
  const good: readonly DashboardProps["sections"][] = [
    [{ tiles: Array.from({ length: 100 }, () => text) }],
    [{ columns: Array.from({ length: 6 }, () => ({ title: "a", tiles: [text] })) }],
    [{ tiles: [{ ...text, width: 48, height: 1_000 }] }],
    [{ tiles: [{ ...text, width: 1, height: 1 }] }],
  ];
  for (const [index, sections] of good.entries()) {
    expect(() => new Dashboard(stack, `good-${index}`, { sections })).not.toThrow();
  }
});

import * as fc from "fast-check";
import { TerraformVariable } from "cdktf";
import type { Construct } from "constructs";
import type { NotificationChannelProps, Destination } from "../../../constructs/monitoring/channel-props";
import { AlertPolicy } from "../../../constructs/monitoring/alert-policy";
import { Dashboard, type DashboardProps } from "../../../constructs/monitoring/dashboard";
import { JourneyMonitoring, type JourneyMonitoringProps } from "../../../constructs/monitoring/journey-monitoring";
import { LogMetric } from "../../../constructs/monitoring/log-metric";
import type { Buckets, LogMetricProps } from "../../../constructs/monitoring/log-metric-props";
import { metrics } from "../../../constructs/monitoring/metrics";
import { NotificationChannel } from "../../../constructs/monitoring/notification-channel";
import type { Tile } from "../../../constructs/monitoring/tile";
import { timeSeries } from "../../../constructs/monitoring/time-series";
import { Topic } from "../../../constructs/pubsub/topic";
import type { Examples } from "../examples";
import { labels, maybe } from "../support";
import { alertExamples } from "./alert-examples";
import { aChannel, age, allParts, published, refused } from "./support";

const channel = (props: Partial<NotificationChannelProps>) => (stack: Construct) =>
  new NotificationChannel(stack, "ops", { to: { email: "ops@acme.example" }, ...props });
const to = (destination: Destination) => channel({ to: destination });

const destination: fc.Arbitrary<(scope: Construct, name: string) => Destination> = fc.oneof(
  fc.constant(() => ({ email: "ops@acme.example" })),
  fc.constant(() => ({ slack: "#alerts" })),
  fc.constant(() => ({ pagerDuty: {} })),
  fc.constant(() => ({ webhook: "https://acme.example/alarm?source=google" })),
  fc.constant(() => ({ webhook: "https://acme.example/alarm", user: "google" })),
  fc.constant(() => ({ googleChat: "spaces/AAAA" })),
  fc.constant((scope: Construct, name: string) => ({ topic: new Topic(scope, `${name}-alarms`) })),
);

const metric = (props: Partial<LogMetricProps>) => (stack: Construct) =>
  new LogMetric<string>(stack, "refusals", { filter: "severity>=ERROR", ...props });
const buckets = (of: Buckets) => metric({ value: { field: "jsonPayload.size" }, buckets: of });

const dashboard = (sections: DashboardProps["sections"], title?: string) => (stack: Construct) =>
  new Dashboard(stack, "clicks", { sections, title });
const text: Tile = { text: "# Clicks" };
const drawn = { chart: "Age", lines: [{ series: age }] };

const tile: fc.Arbitrary<Tile> = fc.oneof(
  fc.record({
    chart: fc.string(),
    lines: fc.array(
      fc.oneof(
        fc.record({
          series: fc.constantFrom(age, published, { of: refused, to: published }),
          as: maybe(fc.constantFrom("line" as const, "area" as const, "bars" as const, "heatmap" as const)),
          legend: maybe(fc.string()),
        }),
        fc.record({ promql: fc.string() }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    scale: maybe(fc.constantFrom("linear" as const, "log" as const)),
    levels: maybe(fc.constant([{ value: 0, label: "nothing" }, { value: 1 }])),
    width: maybe(fc.integer({ min: 1, max: 48 })),
  }),
  fc.record({
    scorecard: fc.string(),
    series: fc.constant(age),
    below: maybe(fc.constantFrom("line" as const, "bars" as const, "nothing" as const)),
    red: maybe(fc.constant({ above: 1 })),
  }),
  fc.record({ text: fc.string(), title: maybe(fc.string()), height: maybe(fc.integer({ min: 1, max: 20 })) }),
  fc.record({ logs: fc.string(), title: fc.string() }),
);

const journey = (props: Partial<JourneyMonitoringProps>) => (stack: Construct) =>
  new JourneyMonitoring(stack, "journey", { channels: [], ...props });

export const examples = {
  ...alertExamples,
  NotificationChannel: {
    minimal: channel({}),
    maximal: (stack) => {
      const all: Required<NotificationChannelProps> = {
        name: "slack",
        title: "Slack, all of it",
        to: { slack: "#alerts", token: new TerraformVariable(stack, "token", { sensitive: true }).stringValue },
        description: "what ${everybody} reads",
        enabled: true,
        forceDelete: true,
        labels: { team: "growth" },
        overrides: { timeouts: { create: "10m" } },
      };
      return new NotificationChannel(stack, "channel", all);
    },
    random: fc
      .record({
        to: destination,
        title: maybe(fc.string({ minLength: 1 })),
        description: maybe(fc.string()),
        enabled: maybe(fc.boolean()),
        forceDelete: maybe(fc.boolean()),
        labels: maybe(labels),
      })
      .map(
        ({ to: where, ...props }) =>
          (scope, name) =>
            new NotificationChannel(scope, name, { ...props, to: where(scope, name) }),
      ),
    faults: {
      "name-form": [channel({ name: "The team" }), channel({ name: "1st" })],
      "title-length": [channel({ title: "" }), channel({ title: "x".repeat(513) })],
      "description-length": [channel({ description: "x".repeat(1_025) })],
      "to-form": [
        to({ email: "ops" }),
        to({ email: "ops@acme" }),
        to({ slack: "alerts" }),
        to({ slack: "#Alerts" }),
        to({ googleChat: "AAAA" }),
        to({ webhook: "http://acme.example" }),
      ],
      "to-secret": [
        to({ slack: "#alerts", token: "xoxb-1" }),
        to({ pagerDuty: { serviceKey: "abc" } }),
        to({ webhook: "https://acme.example", user: "google", password: "abc" }),
        to({ webhook: "https://acme.example/?auth_token=abc" }),
        to({ webhook: "https://acme.example/?a=b&apiKey=abc" }),
      ],
      "to-password": [
        (stack: Construct) =>
          to({ webhook: "https://acme.example", password: new TerraformVariable(stack, "password", {}).stringValue })(
            stack,
          ),
      ],
      "labels-form": [channel({ labels: { Team: "growth" } })],
    },
  },
  LogMetric: {
    minimal: metric({}),
    maximal: (stack) => {
      const all: Required<LogMetricProps<"user" | "size">> = {
        name: "orders/refused",
        filter: 'severity>=ERROR AND textPayload:"${refused}"',
        value: { field: "textPayload", matching: "took (\\d+) ms" },
        unit: "ms",
        buckets: { growth: 2, count: 10, first: 1 },
        labels: {
          user: { field: "jsonPayload.user", description: "who" },
          size: { field: "jsonPayload.size", type: "number" },
        },
        title: "Orders that were refused",
        description: "of all shops",
        logBucket: "projects/acme-dev/locations/global/buckets/kept",
        enabled: false,
        overrides: { timeouts: { create: "10m" } },
      };
      return new LogMetric(stack, "metric", all);
    },
    random: fc
      .record({
        filter: fc.string().map((words) => `severity>=ERROR ${words}`),
        measured: maybe(
          fc.record({
            value: fc.constantFrom({ field: "jsonPayload.size" }, { field: "textPayload", matching: "(\\d+)" }),
            unit: maybe(fc.constant("By")),
            buckets: maybe(
              fc.constantFrom<Buckets>(
                { width: 5, count: 200 },
                { growth: 1.5, count: 1, first: 0.1 },
                { bounds: [0, 1, 10] },
              ),
            ),
          }),
        ),
        labels: maybe(fc.constant({ user: { field: "jsonPayload.user", type: "yes-or-no" as const } })),
        title: maybe(fc.string()),
        enabled: maybe(fc.boolean()),
      })
      .map(
        ({ measured, ...props }) =>
          (scope, name) =>
            new LogMetric<string>(scope, name, { ...props, ...measured }),
      ),
    faults: {
      "name-form": [
        metric({ name: "" }),
        metric({ name: "/a" }),
        metric({ name: "a b" }),
        metric({ name: "x".repeat(101) }),
      ],
      "filter-length": [metric({ filter: " " }), metric({ filter: "x".repeat(20_001) })],
      "description-length": [metric({ description: "x".repeat(8_001) })],
      "labels-form": [
        metric({ labels: { "a-b": { field: "a" } } }),
        metric({ labels: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`l${index}`, { field: "a" }])) }),
      ],
      "extract-form": [
        metric({ value: { field: "textPayload", matching: "took \\d+" } }),
        metric({ labels: { user: { field: "textPayload", matching: '"(.*)"' } } }),
        metric({ labels: { user: { field: "textPayload", matching: "(?:a)b" } } }),
      ],
      "buckets-form": [
        buckets({ bounds: [] }),
        buckets({ bounds: [1, 1] }),
        buckets({ width: 1, count: 0 }),
        buckets({ width: 1, count: 1.5 }),
        buckets({ width: 1, count: 201 }),
        buckets({ width: 0, count: 1 }),
        buckets({ growth: 1, count: 1, first: 1 }),
        buckets({ growth: 2, count: 1, first: 0 }),
      ],
      "value-measured": [metric({ unit: "s" }), metric({ buckets: { bounds: [1] } })],
    },
  },
  Dashboard: {
    minimal: dashboard([{ tiles: [text] }]),
    maximal: (stack) => {
      const all: Required<DashboardProps> = {
        name: "all-of-it",
        title: "All of ${it}",
        sections: [
          {
            title: "A row",
            tiles: [
              {
                chart: "Age",
                lines: [{ series: age, as: "area", legend: "${resource.labels.subscription_id}" }, { promql: "up" }],
                levels: [{ value: 0 }, { value: 600, label: "alert" }],
                scale: "log",
                axis: "seconds",
                width: 24,
                height: 10,
              },
              {
                scorecard: "Refused",
                series: { of: refused, to: published },
                below: "bars",
                yellow: { above: 0 },
                red: { above: 0.5 },
              },
              { scorecard: "Up", promql: "up", below: { gauge: { from: 0, to: 1 } }, red: { below: 1 } },
              { text: "# Clicks", title: "What is this?" },
              { alert: new AlertPolicy(stack, "age", { when: { series: age, above: 1 }, runbook: "Look." }) },
            ],
          },
          {
            title: "Columns",
            columns: [
              { title: "Left", tiles: [{ logs: "severity>=ERROR", title: "Errors" }] },
              { title: "Right", tiles: [{ incidents: [], title: "Open" }] },
            ],
          },
        ],
        overrides: { timeouts: { create: "10m" } },
      };
      return new Dashboard(stack, "dashboard", all);
    },
    random: fc
      .record({
        title: maybe(fc.string().map((words) => `Clicks ${words}`)),
        rows: fc.array(fc.array(tile, { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 3 }),
        columns: fc.array(fc.array(tile, { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
      })
      .map(
        ({ title, rows, columns }) =>
          (scope, name) =>
            new Dashboard(scope, name, {
              title,
              sections: [
                ...rows.map((tiles) => ({ tiles })),
                { columns: columns.map((tiles, index) => ({ title: `column ${index}`, tiles })) },
              ],
            }),
      ),
    faults: {
      "title-length": [dashboard([{ tiles: [text] }], " ")],
      "sections-count": [
        dashboard([]),
        dashboard([{ tiles: [] }]),
        dashboard([{ tiles: Array.from({ length: 101 }, () => text) }]),
      ],
      "sections-columns": [
        dashboard([{ tiles: [text] }, { columns: [] }]),
        dashboard([{ columns: Array.from({ length: 7 }, () => ({ title: "a", tiles: [text] })) }]),
      ],
      "sections-size": [
        dashboard([{ tiles: [{ ...drawn, width: 49 }] }]),
        dashboard([{ tiles: [{ ...drawn, width: 0 }] }]),
        dashboard([{ tiles: [{ ...drawn, height: 1.5 }] }]),
        dashboard([{ columns: [{ title: "a", tiles: [{ ...drawn, height: 0 }] }] }]),
      ],
      "sections-series": [
        dashboard([
          {
            tiles: [
              {
                chart: "Age",
                lines: [{ promql: "up" }, { series: timeSeries(metrics.topic.messageSizes, { align: "max" }) }],
              },
            ],
          },
        ]),
        dashboard([
          {
            tiles: [
              {
                scorecard: "Age",
                series: { of: published, to: timeSeries(metrics.topic.messageSizes, { align: "mean" }) },
              },
            ],
          },
        ]),
      ],
    },
  },
  JourneyMonitoring: {
    minimal: (stack) => journey({ topics: [new Topic(stack, "events")] })(stack),
    maximal: (stack) => {
      const all: Required<JourneyMonitoringProps> = {
        ...allParts(stack, "all-"),
        name: "all",
        title: "Clicks",
        channels: [aChannel(stack, "team")],
        alerts: {
          oldestMessage: { above: "30m", for: "1m", severity: "critical", runbook: "Call the shop." },
          atMaximum: false,
          crashes: { severity: "warning" },
        },
        dashboard: true,
        labels: { team: "growth" },
      };
      return new JourneyMonitoring(stack, "monitoring", all);
    },
    random: fc
      .record({
        parts: fc.subarray(
          [
            "ingest",
            "topics",
            "subscriptions",
            "deadLetters",
            "services",
            "processors",
            "workerPools",
            "jobs",
            "schedules",
            "tables",
            "datasets",
          ] as const,
          { minLength: 1 },
        ),
        alerts: maybe(
          fc.record({
            backlogRising: fc.constantFrom<false | undefined | { readonly above: number }>(false, undefined, {
              above: 5,
            }),
            silent: maybe(fc.constant({ above: "20m" as const })),
          }),
        ),
        dashboard: maybe(fc.boolean()),
      })
      .map(({ parts, ...props }) => (scope, name) => {
        const all = allParts(scope, `${name}-`);
        const some = Object.fromEntries(parts.map((part) => [part, all[part]]));
        return new JourneyMonitoring(scope, name, { ...some, ...props, channels: [] });
      }),
    faults: { "parts-none": [journey({}), journey({ topics: [], tables: [] })] },
  },
} satisfies Examples;

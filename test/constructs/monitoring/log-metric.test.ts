import { expect, test } from "vitest";
import { LogMetric } from "../../../constructs/monitoring/log-metric";
import type { Buckets, LogMetricProps } from "../../../constructs/monitoring/log-metric-props";
import { AlertPolicy } from "../../../constructs/monitoring/alert-policy";
import { resources } from "../../../constructs/monitoring/metrics";
import { timeSeries } from "../../../constructs/monitoring/time-series";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

test("entries are counted where nothing is said", () => {
  expect(templateOf(examples.LogMetric.minimal).resource("google_logging_metric.refusals")).toEqual({
    name: "refusals",
    filter: "severity>=ERROR",
    metric_descriptor: { metric_kind: "DELTA", value_type: "INT64", unit: "1", labels: [] },
    depends_on: ["time_sleep.apis"],
  });
});

test("a metric of which all is said", () => {
  const template = templateOf(examples.LogMetric.maximal, { prefix: "alice" });
  expect(template.resource("google_logging_metric.orders-refused")).toEqual({
    name: "alice-orders/refused",
    filter: 'severity>=ERROR AND textPayload:"$${refused}"',
    description: "of all shops",
    bucket_name: "projects/acme-dev/locations/global/buckets/kept",
    disabled: true,
    metric_descriptor: {
      metric_kind: "DELTA",
      value_type: "DISTRIBUTION",
      unit: "ms",
      display_name: "Orders that were refused",
      labels: [
        { key: "user", value_type: "STRING", description: "who" },
        { key: "size", value_type: "INT64" },
      ],
    },
    value_extractor: 'REGEXP_EXTRACT(textPayload, "took (\\d+) ms")',
    label_extractors: { user: "EXTRACT(jsonPayload.user)", size: "EXTRACT(jsonPayload.size)" },
    bucket_options: { exponential_buckets: { num_finite_buckets: 10, growth_factor: 2, scale: 1 } },
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
});

const made = (props: Partial<LogMetricProps>) =>
  templateOf((stack) => void new LogMetric<string>(stack, "metric", { filter: "a", ...props })).resource(
    "google_logging_metric.metric",
  );

test.each<[string, Buckets, object]>([
  ["of one width", { width: 5, count: 200 }, { linear_buckets: { num_finite_buckets: 200, width: 5, offset: 0 } }],
  ["from a number on", { width: 5, count: 2, from: 3 }, { linear_buckets: { offset: 3 } }],
  ["by their bounds", { bounds: [0, 1, 10] }, { explicit_buckets: { bounds: [0, 1, 10] } }],
])("buckets %s", (_, buckets, expected) => {
  expect(made({ value: { field: "jsonPayload.size" }, buckets })).toMatchObject({ bucket_options: expected });
});

test("a label may be a yes or no, and what is switched on says nothing", () => {
  expect(made({ labels: { late: { field: "jsonPayload.late", type: "yes-or-no" } }, enabled: true })).toMatchObject({
    metric_descriptor: { labels: [{ key: "late", value_type: "BOOL" }] },
  });
  expect(made({ enabled: true })).not.toHaveProperty("disabled");
  expect(made({})).not.toHaveProperty("label_extractors");
});

test("what alerts and charts name is of the kind that it was made as", () => {
  const stack = aStack({ prefix: "alice" });
  const counted = new LogMetric(stack, "refusals", { filter: "a" }).on(resources.revision);
  expect(counted).toMatchObject({
    type: "logging.googleapis.com/user/alice-refusals",
    resource: resources.revision,
    labels: [],
    kind: "delta",
    value: "number",
    unit: "1",
  });
  const measured = new LogMetric(stack, "sizes", {
    filter: "a",
    value: { field: "jsonPayload.size" },
    unit: "By",
    labels: { user: { field: "jsonPayload.user" } },
  });
  expect(measured.on(resources.runJob)).toMatchObject({ labels: ["user"], value: "distribution", unit: "By" });
});

/** A metric, and alerts on it. */
const alerting = (alerts: number, propagation: "none" | "60s") =>
  templateOf(
    (stack) => {
      const metric = new LogMetric(stack, "refusals", { filter: "a" }).on(resources.revision);
      for (let index = 0; index < alerts; index++) {
        const when = { series: timeSeries(metric), above: 1 };
        new AlertPolicy(stack, `alert-${index}`, { when, runbook: "Look." });
      }
    },
    { propagation },
  );

test("only one pause is made for all who wait, and none where nobody does", () => {
  expect(alerting(0, "60s").addresses).not.toContain("time_sleep.metric-refusals");
  const two = alerting(2, "60s");
  expect(two.resource("time_sleep.metric-refusals")).toMatchObject({ create_duration: "60s" });
  expect(two.resource("google_monitoring_alert_policy.alert-1")["depends_on"]).toContain("time_sleep.metric-refusals");
  const unpaused = alerting(1, "none");
  expect(unpaused.addresses).not.toContain("time_sleep.metric-refusals");
  expect(unpaused.resource("google_monitoring_alert_policy.alert-0")["depends_on"]).toContain(
    "google_logging_metric.refusals",
  );
});

const measured = { value: { field: "jsonPayload.size" } };

test.each<[Partial<LogMetricProps>, string]>([
  [{ name: "a b" }, `name is "a b": Logging takes 1 to 100 letters, digits and _-.,+!*'()%/, no "/" first`],
  [{ filter: " " }, "filter is empty: every log entry of the project would be counted"],
  [{ filter: "x".repeat(20_001) }, "filter has 20001 characters: Logging takes 20000"],
  [{ description: "x".repeat(8_001) }, "description has 8001 characters: Logging takes 8000"],
  [
    { labels: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`l${index}`, { field: "a" }])) },
    "labels has 11: Logging takes at most 10",
  ],
  [
    { labels: { "a-b": { field: "a" } } },
    'labels has "a-b": Logging takes letters, digits and "_", a letter first, at most 100',
  ],
  [
    { value: { field: "textPayload", matching: "took \\d+" } },
    "matching of value is took \\d+: Logging takes an expression without quotes that has parentheses around what is meant",
  ],
  [{ labels: { user: { field: "a", matching: '"(.*)"' } } }, 'matching of user is "(.*)": Logging takes an expression'],
  [{ labels: { user: { field: "a", matching: "(?:a)b" } } }, "matching of user is (?:a)b: Logging takes an expression"],
  [{ ...measured, buckets: { bounds: [2, 1] } }, "buckets.bounds is [2, 1]: they rise, and there is one at least"],
  [{ ...measured, buckets: { bounds: [] } }, "buckets.bounds is []: they rise, and there is one at least"],
  [{ ...measured, buckets: { width: 1, count: 201 } }, "buckets.count is 201: Logging takes 1 to 200"],
  [{ ...measured, buckets: { width: 0, count: 1 } }, "buckets.width is 0: it is above 0"],
  [{ ...measured, buckets: { growth: 1, count: 1, first: 1 } }, "buckets.growth is 1: it is above 1"],
  [{ ...measured, buckets: { growth: 2, count: 1, first: 0 } }, "buckets.first is 0: it is above 0"],
  [{ unit: "s" }, "unit is said of entries that are counted: say which value they have"],
  [{ buckets: { bounds: [1] } }, "buckets is said of entries that are counted: say which value they have"],
])("what is wrong is said: %#", (props, sentence) => {
  const stack = aStack();
  expect(messageOf(() => new LogMetric<string>(stack, "metric", { filter: "a", ...props }))).toContain(sentence);
});

test("what is just within the limits is taken", () => {
  const stack = aStack();
  const good: readonly Partial<LogMetricProps>[] = [
    { name: "x".repeat(100) },
    { filter: "x".repeat(20_000) },
    { description: "x".repeat(8_000) },
    { labels: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`l${index}`, { field: "a" }])) },
    { labels: { user: { field: "a", matching: "(?:a)(b)" } } },
    { ...measured, buckets: { bounds: [1] } },
    { ...measured, buckets: { width: 0.1, count: 200 } },
    { ...measured, buckets: { growth: 1.1, count: 1, first: 0.1 } },
  ];
  for (const [index, props] of good.entries()) {
    expect(() => new LogMetric<string>(stack, `good-${index}`, { filter: "a", ...props })).not.toThrow();
  }
});

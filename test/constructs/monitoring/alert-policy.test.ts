import { expect, test } from "vitest";
import { AlertPolicy } from "../../../constructs/monitoring/alert-policy";
import type { AlertPolicyProps } from "../../../constructs/monitoring/alert-props";
import { LogMetric } from "../../../constructs/monitoring/log-metric";
import { metrics, resources } from "../../../constructs/monitoring/metrics";
import { timeSeries } from "../../../constructs/monitoring/time-series";
import { aStack, messageOf, templateOf } from "../support";
import { alertExamples } from "./alert-examples";
import { aChannel, age, published, refused } from "./support";

const filter = age.filter;
const aggregation = { alignment_period: "60s", per_series_aligner: "ALIGN_MAX" };
const counted = {
  alignment_period: "60s",
  per_series_aligner: "ALIGN_DELTA",
  cross_series_reducer: "REDUCE_SUM",
  group_by_fields: ["resource.labels.topic_id"],
};

test("an alert of which nothing is said tells nobody, once, and is closed after a day without data", () => {
  expect(templateOf(alertExamples.AlertPolicy.minimal).resource("google_monitoring_alert_policy.late")).toEqual({
    display_name: "late",
    combiner: "OR",
    conditions: [
      {
        display_name: "late",
        condition_threshold: {
          filter,
          aggregations: [aggregation],
          comparison: "COMPARISON_GT",
          threshold_value: 600,
          duration: "0s",
        },
      },
    ],
    severity: "ERROR",
    alert_strategy: { auto_close: "86400s" },
    documentation: { content: "Look at the reader.", mime_type: "text/markdown" },
    depends_on: ["time_sleep.apis"],
  });
});

test("an alert of which all is said", () => {
  const template = templateOf(alertExamples.AlertPolicy.maximal, { prefix: "alice", labels: { stage: "dev" } });
  expect(template.resource("google_monitoring_alert_policy.slow")).toEqual({
    display_name: "alice: Clicks wait",
    combiner: "AND_WITH_MATCHING_RESOURCE",
    conditions: [
      {
        display_name: "it waits",
        condition_threshold: {
          filter,
          aggregations: [aggregation],
          comparison: "COMPARISON_GT",
          threshold_value: 600,
          duration: "300s",
          evaluation_missing_data: "EVALUATION_MISSING_DATA_ACTIVE",
          forecast_options: { forecast_horizon: "3600s" },
          trigger: { percent: 50 },
        },
      },
      {
        display_name: "Clicks wait (2)",
        condition_threshold: {
          filter: refused.filter,
          aggregations: [counted],
          denominator_filter: published.filter,
          denominator_aggregations: [counted],
          comparison: "COMPARISON_LT",
          threshold_value: 0.5,
          duration: "60s",
          evaluation_missing_data: "EVALUATION_MISSING_DATA_INACTIVE",
          trigger: { count: 2 },
        },
      },
      {
        display_name: "Clicks wait (3)",
        condition_absent: { filter, aggregations: [aggregation], duration: "600s", trigger: { count: 1 } },
      },
      {
        display_name: "Clicks wait (4)",
        condition_prometheus_query_language: {
          query: "up == 0",
          duration: "90s",
          evaluation_interval: "60s",
          labels: { team: "growth" },
          disable_metric_validation: true,
          rule_group: "clicks",
          alert_rule: "late",
        },
      },
    ],
    severity: "CRITICAL",
    enabled: false,
    notification_channels: ["${google_monitoring_notification_channel.ops.name}"],
    alert_strategy: {
      auto_close: "1800s",
      notification_prompts: ["OPENED"],
      notification_channel_strategy: [
        {
          notification_channel_names: ["${google_monitoring_notification_channel.ops.name}"],
          renotify_interval: "3600s",
        },
      ],
    },
    documentation: {
      content: "$${resource.label.subscription_id} waits.",
      mime_type: "text/markdown",
      subject: "Clicks wait",
      links: [{ display_name: "The dashboard", url: "https://acme.example/clicks" }],
    },
    user_labels: { team: "growth", stage: "dev" },
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
});

const made = (props: Partial<AlertPolicyProps>) =>
  templateOf((stack) => {
    new AlertPolicy(stack, "late", { when: { series: age, above: 600 }, runbook: "Look.", ...props });
  }).resource("google_monitoring_alert_policy.late");

test("a log entry is told at most once an hour, and has no end", () => {
  expect(made({ when: { log: 'textPayload:"${x}"', name: "it is logged" }, tellsEnd: false })).toMatchObject({
    combiner: "OR",
    conditions: [{ display_name: "it is logged", condition_matched_log: { filter: 'textPayload:"$${x}"' } }],
    alert_strategy: { auto_close: "86400s", notification_rate_limit: { period: "3600s" } },
  });
  expect(made({ when: { log: "a" }, tellsEnd: false })["alert_strategy"]).not.toHaveProperty("notification_prompts");
  expect(
    made({
      when: {
        log: "a",
        labels: { user: { field: "jsonPayload.user" }, took: { field: "textPayload", matching: "took (\\d+)" } },
        notifyAtMostEvery: "5m",
      },
    }),
  ).toMatchObject({
    conditions: [
      {
        display_name: "late",
        condition_matched_log: {
          filter: "a",
          label_extractors: {
            user: "EXTRACT(jsonPayload.user)",
            took: 'REGEXP_EXTRACT(textPayload, "took (\\d+)")',
          },
        },
      },
    ],
    alert_strategy: { notification_rate_limit: { period: "300s" } },
  });
});

test("several conditions are one of them, or all, of any resource", () => {
  const two = [
    { series: age, above: 1 },
    { series: age, below: 0 },
  ] as const;
  expect(made({ when: { any: two } })).toMatchObject({
    combiner: "OR",
    conditions: [
      { display_name: "late", condition_threshold: { comparison: "COMPARISON_GT", threshold_value: 1 } },
      { display_name: "late (2)", condition_threshold: { comparison: "COMPARISON_LT", threshold_value: 0 } },
    ],
  });
  expect(made({ when: { all: two } })["combiner"]).toBe("AND");
  expect(made({ when: { all: two, onOneResource: false } })["combiner"]).toBe("AND");
});

const missing = (word: "good" | "bad" | "unchanged") =>
  made({ when: { series: age, above: 1, for: "1m", missing: word } });

test("what no data means is said of what has to last", () => {
  expect(missing("good")).toMatchObject({
    conditions: [{ condition_threshold: { evaluation_missing_data: "EVALUATION_MISSING_DATA_INACTIVE" } }],
  });
  expect(missing("unchanged")).toMatchObject({
    conditions: [{ condition_threshold: { evaluation_missing_data: "EVALUATION_MISSING_DATA_NO_OP" } }],
  });
});

test("a query in PromQL is asked as often as Monitoring does, and alarms at once", () => {
  expect(made({ when: { promql: "up" } })["conditions"]).toEqual([
    { display_name: "late", condition_prometheus_query_language: { query: "up", duration: "0s" } },
  ]);
});

const labels = (own?: { readonly [name: string]: string }) =>
  templateOf(
    (stack) => void new AlertPolicy(stack, "late", { when: { promql: "up" }, runbook: "Look.", labels: own }),
    {
      labels: { stage: "dev" },
    },
  ).resource("google_monitoring_alert_policy.late")["user_labels"];

test("labels are the stack's where the alert has none of its own", () => {
  expect(labels()).toEqual({ stage: "dev" });
  expect(labels({ stage: "own" })).toEqual({ stage: "own" });
});

test("an alert on a new metric waits until Monitoring knows it", () => {
  const template = templateOf((stack) => {
    const metric = new LogMetric(stack, "refusals", { filter: "severity>=ERROR" }).on(resources.revision);
    new AlertPolicy(stack, "refused", { when: { series: timeSeries(metric), above: 1 }, runbook: "Look." });
    new AlertPolicy(stack, "again", { when: { absent: timeSeries(metric), for: "2m" }, runbook: "Look." });
  });
  const waits = ["time_sleep.apis", "time_sleep.metric-refusals"];
  expect(template.resource("google_monitoring_alert_policy.refused")["depends_on"]).toEqual(waits);
  expect(template.resource("google_monitoring_alert_policy.again")["depends_on"]).toEqual(waits);
  expect(template.resource("time_sleep.metric-refusals")["depends_on"]).toEqual(["google_logging_metric.refusals"]);
});

const x = (count: number) => "x".repeat(count);

test.each<[string, Partial<AlertPolicyProps>, string]>([
  ["title", { title: "" }, "title has 0 characters: Monitoring takes 1 to 512"],
  ["title", { title: x(513) }, "title has 513 characters: Monitoring takes 1 to 512"],
  ["runbook", { runbook: " \n" }, "runbook is empty: whoever is woken by this has to know what to do"],
  [
    "runbook",
    { runbook: x(8_193) },
    "runbook has 8193 characters, 8193 bytes: Monitoring takes 8192 and 10240. Give a link to the rest of it",
  ],
  ["runbook", { runbook: "ü".repeat(5_121) }, "runbook has 5121 characters, 10242 bytes"],
  [
    "links",
    { links: { a: "http://a", b: "http://b", c: "http://c", d: "http://d" } },
    "links has 4: Monitoring takes at most 3",
  ],
  [
    "links",
    { links: { good: "https://a", a: "ftp://b" } },
    'links has "a": "ftp://b": Monitoring takes a title of 63 characters and an address of 2083',
  ],
  ["when", { when: { any: [] } }, "when has 0 conditions: Monitoring takes 1 to 6"],
  ["for", { when: { series: age, above: 1, for: "90s" } }, 'for is "90s": Monitoring takes whole minutes'],
  ["for", { when: { series: age, above: 1, for: "24h" } }, 'for is "24h": Monitoring takes 0m to 23.5h'],
  ["for", { when: { absent: age, for: "1m" } }, 'for is "1m": Monitoring takes 2m to 23.5h'],
  ["for", { when: { promql: "up", for: "24h" } }, 'for is "24h": Monitoring takes 0s to 23.5h'],
  ["within", { when: { series: age, above: 1, within: "61h" } }, 'within is "61h": Monitoring takes 1h to 60h'],
  ["every", { when: { promql: "up", every: "45s" } }, 'every is "45s": Monitoring takes multiples of 30 s'],
  ["every", { when: { promql: "up", every: "15s" } }, 'every is "15s": Monitoring takes 30s to 1d'],
  [
    "missing",
    { when: { series: age, above: 1, missing: "bad" } },
    'missing is "bad", and for is not said: Monitoring judges missing data where it has to last, 1m at least',
  ],
  [
    "aligner",
    { when: { series: timeSeries(metrics.service.latencies, { align: "max" }), above: 1 } },
    'align is "max", and run.googleapis.com/request_latencies is a delta of distribution: Monitoring cannot align it so',
  ],
  [
    "aligner",
    { when: { series: timeSeries(metrics.topic.publishRequests, { align: "none", combine: "sum" }), above: 1 } },
    'combine is "sum" of what is not aligned: series have no points in common',
  ],
  [
    "aligner",
    { when: { series: timeSeries(metrics.topic.publishRequests, { by: ["topic_id", "response_class"] }), above: 1 } },
    "by has resource.labels.topic_id and metric.labels.response_class, and combine is not said: series that are not combined are all kept apart already",
  ],
  ["aligner", { when: { series: { ...age, every: "30s" }, above: 1 } }, 'every is "30s": Monitoring takes 1m to 25h'],
  [
    "ratio",
    { when: { series: { of: refused, to: { ...published, every: "2m", by: [] } }, above: 1 } },
    "the two series of a ratio have periods of 1m and 2m, by resource.labels.topic_id and nothing: Monitoring divides what has the same",
  ],
  [
    "trigger",
    { when: { series: age, above: 1, trigger: { count: 1.5 } } },
    "trigger.count is 1.5: it is a number of series, at least 1",
  ],
  [
    "trigger",
    { when: { series: age, above: 1, trigger: { percent: 0 } } },
    "trigger.percent is 0: it is a part of the series, above 0 and at most 100",
  ],
  [
    "filter",
    { when: { series: { ...age, filter: x(2_049) }, above: 1 } },
    "a filter has 2049 characters: Monitoring takes 2048. Make several alerts, or say it by a prefix of the names",
  ],
  ["log", { when: { log: " " } }, "log is empty: every log entry of the project would alarm"],
  [
    "log",
    { when: { log: "a", labels: { user: { field: "b", matching: '"(.*)"' } } } },
    'labels.user.matching has a quote in it, which Logging cannot read: write "." for it',
  ],
  ["log", { when: { log: "a", notifyAtMostEvery: "30s" } }, 'notifyAtMostEvery is "30s": Monitoring takes 1m to 7d'],
  ["remindEvery", { remindEvery: "1h" }, "remindEvery is said, and channels has nobody who could be reminded"],
])("what is wrong with %s is said: %#", (_, props, sentence) => {
  const stack = aStack();
  const usual = { when: { series: age, above: 600 }, runbook: "Look." } as const;
  expect(messageOf(() => new AlertPolicy(stack, "late", { ...usual, ...props }))).toContain(sentence);
});

test("what is just within the limits is taken", () => {
  const stack = aStack();
  const usual = { when: { series: age, above: 600 }, runbook: "Look." } as const;
  const good: readonly Partial<AlertPolicyProps>[] = [
    { title: x(512) },
    { runbook: x(8_192) },
    { runbook: "ü".repeat(5_120) },
    { links: { [x(63)]: `https://${x(2_075)}`, b: "http://b", c: "https://c" } },
    { when: { any: Array.from({ length: 6 }, () => usual.when) } },
    { when: { series: age, above: 1, for: "23.5h" } },
    { when: { absent: age, for: "2m" } },
    { when: { promql: "up", every: "30s", for: "1s" } },
    { when: { series: age, above: 1, for: "1m", missing: "bad" } },
    { when: { series: { ...age, every: "25h" }, above: 1 } },
    { when: { series: age, above: 1, trigger: { percent: 100 } } },
    { when: { series: { ...age, filter: x(2_048) }, above: 1 } },
    { when: { log: "a", notifyAtMostEvery: "7d" } },
    { remindEvery: "1d", channels: [aChannel(stack)] },
  ];
  for (const [index, props] of good.entries()) {
    expect(() => new AlertPolicy(stack, `good-${index}`, { ...usual, ...props })).not.toThrow();
  }
});

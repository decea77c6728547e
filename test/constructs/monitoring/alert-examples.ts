import * as fc from "fast-check";
import type { Construct } from "constructs";
import { AlertPolicy } from "../../../constructs/monitoring/alert-policy";
import type { AlertPolicyProps } from "../../../constructs/monitoring/alert-props";
import type { Conditions, SeriesCondition } from "../../../constructs/monitoring/condition";
import { metrics } from "../../../constructs/monitoring/metrics";
import { timeSeries, type TimeSeries } from "../../../constructs/monitoring/time-series";
import type { Examples } from "../examples";
import { labels, maybe } from "../support";
import { aChannel, age, published, refused } from "./support";

const usual = { when: { series: age, above: 600 }, runbook: "Look at the reader." } as const;
const alert = (props: Partial<AlertPolicyProps>) => (stack: Construct) =>
  new AlertPolicy(stack, "late", { ...usual, ...props });
const when = (conditions: Conditions) => alert({ when: conditions });
const of = (series: TimeSeries) => when({ series, above: 1 });

const minutes = fc.integer({ min: 0, max: 60 }).map((count) => `${count}m` as const);
const trigger = maybe(
  fc.oneof(fc.record({ count: fc.integer({ min: 1, max: 5 }) }), fc.record({ percent: fc.constantFrom(1, 33.3, 100) })),
);
const threshold: fc.Arbitrary<SeriesCondition> = fc
  .record({
    series: fc.constantFrom(age, published, { of: refused, to: published }),
    limit: fc.double({ noNaN: true, min: -1_000, max: 1_000 }),
    up: fc.boolean(),
    for: minutes,
    missing: fc.constantFrom("good" as const, "bad" as const, "unchanged" as const),
    within: maybe(fc.constantFrom("1h" as const, "60h" as const)),
    trigger,
    name: maybe(fc.string()),
  })
  .map(({ limit, up, missing, ...condition }) => ({
    ...condition,
    ...(condition.for !== "0m" && { missing }),
    ...(up ? { above: limit } : { below: limit }),
  }));
const series: fc.Arbitrary<SeriesCondition> = fc.oneof(
  threshold,
  fc.record({
    absent: fc.constant(age),
    for: fc.constantFrom("2m" as const, "10m" as const, "23.5h" as const),
    trigger,
  }),
  fc.record({
    promql: fc.string(),
    for: maybe(fc.constantFrom("0s" as const, "90s" as const)),
    every: maybe(fc.constantFrom("30s" as const, "5m" as const)),
    unvalidated: maybe(fc.boolean()),
  }),
);
const severalSeries = fc.array(series, { minLength: 1, maxLength: 6 });
const conditions: fc.Arbitrary<Conditions> = fc.oneof(
  series,
  fc.record({ any: severalSeries }),
  fc.record({ all: severalSeries, onOneResource: maybe(fc.boolean()) }),
  fc.record({
    log: fc.string().map((text) => `severity>=ERROR ${text}`),
    labels: maybe(fc.constant({ user: { field: "jsonPayload.user" } })),
    notifyAtMostEvery: maybe(fc.constantFrom("1m" as const, "1d" as const)),
  }),
);

export const alertExamples = {
  AlertPolicy: {
    minimal: alert({}),
    maximal: (stack) => {
      const all: Required<AlertPolicyProps> = {
        name: "slow",
        title: "Clicks wait",
        when: {
          all: [
            {
              name: "it waits",
              series: age,
              above: 600,
              for: "5m",
              missing: "bad",
              within: "1h",
              trigger: { percent: 50 },
            },
            { series: { of: refused, to: published }, below: 0.5, for: "1m", trigger: { count: 2 } },
            { absent: age, for: "10m", trigger: { count: 1 } },
            {
              promql: "up == 0",
              for: "90s",
              every: "1m",
              labels: { team: "growth" },
              unvalidated: true,
              rule: { group: "clicks", name: "late" },
            },
          ],
          onOneResource: true,
        },
        runbook: "${resource.label.subscription_id} waits.",
        subject: "Clicks wait",
        links: { "The dashboard": "https://acme.example/clicks" },
        severity: "critical",
        channels: [aChannel(stack)],
        remindEvery: "1h",
        tellsEnd: false,
        autoClose: "30m",
        enabled: false,
        labels: { team: "growth" },
        overrides: { timeouts: { create: "10m" } },
      };
      return new AlertPolicy(stack, "alert", all);
    },
    random: fc
      .record({
        when: conditions,
        title: maybe(fc.string({ minLength: 1 })),
        runbook: fc.string().map((text) => `Look. ${text}`),
        subject: maybe(fc.string()),
        links: maybe(fc.constant({ "More ${x}": "https://acme.example" })),
        severity: maybe(fc.constantFrom("critical" as const, "error" as const, "warning" as const)),
        tellsEnd: maybe(fc.boolean()),
        autoClose: maybe(fc.constantFrom("30m" as const, "7d" as const)),
        labels: maybe(labels),
        told: fc.boolean(),
      })
      .map(({ told, ...props }) => (scope, name) => {
        const channels = told ? [aChannel(scope, `${name}-ops`)] : undefined;
        return new AlertPolicy(scope, name, { ...props, channels, remindEvery: told ? "2h" : undefined });
      }),
    faults: {
      "title-length": [alert({ title: "" }), alert({ title: "x".repeat(513) })],
      "runbook-length": [
        alert({ runbook: "  " }),
        alert({ runbook: "x".repeat(8_193) }),
        alert({ runbook: "ü".repeat(5_121) }),
      ],
      "links-form": [
        alert({ links: { a: "http://a", b: "http://b", c: "http://c", d: "http://d" } }),
        alert({ links: { ["x".repeat(64)]: "https://a" } }),
        alert({ links: { a: `https://${"x".repeat(2_083)}` } }),
        alert({ links: { a: "acme.example" } }),
      ],
      "when-count": [when({ any: [] }), when({ all: Array.from({ length: 7 }, () => usual.when) })],
      "when-duration": [
        when({ series: age, above: 1, for: "90s" }),
        when({ series: age, above: 1, for: "24h" }),
        when({ series: age, above: 1, within: "30m" }),
        when({ series: age, above: 1, within: "61h" }),
        when({ absent: age, for: "1m" }),
        when({ absent: age, for: "24h" }),
        when({ promql: "up", for: "24h" }),
        when({ promql: "up", every: "45s" }),
        when({ promql: "up", every: "15s" }),
        when({ any: [usual.when, { series: age, above: 1, for: "90s" }] }),
      ],
      "when-missing": [
        when({ series: age, above: 1, missing: "bad" }),
        when({ series: age, above: 1, missing: "good", for: "0m" }),
      ],
      "when-aligner": [
        of(timeSeries(metrics.subscription.undeliveredMessages, { align: "delta" })),
        of(timeSeries(metrics.service.latencies, { align: "max" })),
        of(timeSeries(metrics.topic.publishRequests, { align: "none", combine: "sum" })),
        of(timeSeries(metrics.topic.publishRequests, { by: ["topic_id"] })),
        of(timeSeries(metrics.topic.publishRequests, { every: "30s" })),
        of(timeSeries(metrics.topic.publishRequests, { every: "26h" })),
        when({ absent: timeSeries(metrics.api.quotaExceeded, { align: "mean" }), for: "2m" }),
      ],
      "when-ratio": [
        when({
          series: { of: refused, to: timeSeries(metrics.topic.publishRequests, { combine: "sum", every: "1m" }) },
          above: 1,
        }),
        when({ series: { of: refused, to: { ...published, every: "2m" } }, above: 1 }),
      ],
      "when-trigger": [
        when({ series: age, above: 1, trigger: { count: 0 } }),
        when({ series: age, above: 1, trigger: { count: 1.5 } }),
        when({ series: age, above: 1, trigger: { percent: 0 } }),
        when({ absent: age, for: "2m", trigger: { percent: 101 } }),
      ],
      "when-filter": [
        of(timeSeries(metrics.topic.publishRequests, { where: { topic_id: "x".repeat(2_048) } })),
        when({ absent: timeSeries(metrics.topic.publishRequests, { and: "x".repeat(2_048) }), for: "2m" }),
      ],
      "when-log": [
        when({ log: " " }),
        when({ log: "a", labels: { user: { field: "textPayload", matching: 'user="(.*)"' } } }),
        when({ log: "a", notifyAtMostEvery: "30s" }),
        when({ log: "a", notifyAtMostEvery: "8d" }),
      ],
      "autoClose-range": [alert({ autoClose: "29m" }), alert({ autoClose: "8d" })],
      "remindEvery-range": [
        (stack: Construct) => alert({ remindEvery: "29m", channels: [aChannel(stack)] })(stack),
        (stack: Construct) => alert({ remindEvery: "25h", channels: [aChannel(stack)] })(stack),
      ],
      "remindEvery-nobody": [alert({ remindEvery: "1h" }), alert({ remindEvery: "1h", channels: [] })],
      "labels-form": [alert({ labels: { Team: "growth" } })],
    },
  },
} satisfies Examples;

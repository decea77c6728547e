import { TerraformOutput, Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { isAlignable, usualAligner, type Aligner, type Metric } from "../../../constructs/monitoring/metric";
import { metrics, resources } from "../../../constructs/monitoring/metrics";
import { promql, timeSeries } from "../../../constructs/monitoring/time-series";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../../constructs/core/image";
import { aStack, IMAGE } from "../support";

const { publishRequests } = metrics.topic;

test("a metric of which nothing is said is all that there is of it, each series by itself", () => {
  expect(timeSeries(publishRequests)).toEqual({
    metric: publishRequests,
    filter: 'metric.type="pubsub.googleapis.com/topic/send_request_count" AND resource.type="pubsub_topic"',
    align: "delta",
    every: "1m",
    by: [],
  });
});

test("labels are a metric's, or those of what it is of", () => {
  expect(
    timeSeries(publishRequests, {
      where: { topic_id: ["a", 'b"c'], response_class: "success", response_code: undefined },
      and: 'metric.labels.response_code != "ok"',
      align: "rate",
      every: "5m",
      combine: "sum",
      by: ["topic_id", "response_class"],
    }),
  ).toEqual({
    metric: publishRequests,
    filter:
      'metric.type="pubsub.googleapis.com/topic/send_request_count" AND resource.type="pubsub_topic" AND resource.labels.topic_id=one_of("a","b\\"c") AND metric.labels.response_class="success" AND (metric.labels.response_code != "ok")',
    align: "rate",
    every: "5m",
    combine: "sum",
    by: ["resource.labels.topic_id", "metric.labels.response_class"],
  });
});

test("one of a single value is that value, and one of none is nothing", () => {
  expect(timeSeries(publishRequests, { where: { topic_id: ["a"] } }).filter).toContain('topic_id="a"');
  expect(() => timeSeries(publishRequests, { where: { topic_id: [] } })).toThrow(
    "where.topic_id is empty: no series has none of its values",
  );
  expect(() => promql(publishRequests, { topic_id: [] })).toThrow("where.topic_id is empty");
});

test("a metric in PromQL", () => {
  expect(promql(metrics.service.latencies)).toBe(
    'run_googleapis_com:request_latencies{monitored_resource="cloud_run_revision"}',
  );
  expect(promql(metrics.service.cpu, { service_name: "api", location: undefined }, "bucket")).toBe(
    'run_googleapis_com:container_cpu_utilizations_bucket{monitored_resource="cloud_run_revision",service_name="api"}',
  );
  expect(promql(publishRequests, { topic_id: ["a.b", "c+d"], response_class: ["success"] })).toBe(
    String.raw`pubsub_googleapis_com:topic_send_request_count{monitored_resource="pubsub_topic",topic_id=~"a\\.b|c\\+d",response_class="success"}`,
  );
});

test("a name that is known only at apply stays what it is in PromQL", () => {
  const stack = aStack();
  const image = ContainerImage.fromRegistry(IMAGE);
  const names = ["a", "b"].map((id) => new CloudRunService(stack, id, { image }).name);
  new TerraformOutput(stack, "query", { value: promql(metrics.service.requests, { service_name: names }) });
  const { output } = JSON.parse(Testing.synth(stack)) as {
    readonly output: { readonly query: { readonly value: string } };
  };
  expect(output.query.value).toBe(
    'run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name=~"${google_cloud_run_v2_service.a.name}|${google_cloud_run_v2_service.b.name}"}',
  );
});

const shaped = (kind: Metric["kind"], value: Metric["value"]): Metric => ({
  type: "custom.googleapis.com/x",
  resource: resources.topic,
  labels: [],
  kind,
  value,
  unit: "1",
});

test.each<[Metric["kind"], Metric["value"], Aligner]>([
  ["gauge", "number", "mean"],
  ["gauge", "yes-or-no", "count-true"],
  ["gauge", "distribution", "sum"],
  ["delta", "number", "delta"],
  ["delta", "distribution", "delta"],
  ["cumulative", "number", "delta"],
])("a %s of %s is usually seen as its %s, which it can be", (kind, value, aligner) => {
  expect(usualAligner(shaped(kind, value))).toBe(aligner);
  expect(isAlignable(shaped(kind, value), aligner)).toBe(true);
});

const percentiles = ["percentile-99", "percentile-95", "percentile-50", "percentile-05"] as const;
const numeric = ["min", "max", "mean", "stddev", "percent-change", "sum", "count"] as const;

describe("what a metric can be aligned by", () => {
  test.each<[Metric["kind"], Metric["value"], readonly Aligner[]]>([
    ["gauge", "number", ["none", "interpolate", "next-older", ...numeric]],
    ["gauge", "yes-or-no", ["none", "next-older", "count", "count-true", "count-false", "fraction-true"]],
    ["gauge", "distribution", ["none", "next-older", "sum", ...percentiles]],
    ["delta", "number", ["none", "delta", "rate", ...numeric]],
    ["delta", "yes-or-no", ["none", "delta", "count"]],
    ["delta", "distribution", ["none", "delta", "sum", ...percentiles]],
    ["cumulative", "number", ["none", "delta", "rate"]],
    ["cumulative", "distribution", ["none", "delta"]],
  ])("a %s of %s", (kind, value, good) => {
    const all: readonly Aligner[] = [
      "none",
      "delta",
      "rate",
      "interpolate",
      "next-older",
      ...numeric,
      "count-true",
      "count-false",
      "fraction-true",
      ...percentiles,
    ] as readonly Aligner[];
    const taken = all.filter((aligner) => isAlignable(shaped(kind, value), aligner));
    expect(taken.toSorted()).toEqual([...good].toSorted());
  });
});

test("each of Google's metrics is of its service and of what it says, and can be seen as it usually is", async () => {
  const all = Object.values(metrics).flatMap((group) => Object.values<Metric>(group));
  for (const metric of all) expect(isAlignable(metric, usualAligner(metric)), metric.type).toBe(true);
  const text = all.map(({ type, resource, labels, kind, value, unit }) =>
    [type, kind, value, unit, `${resource.type}(${resource.labels.join(" ")})`, labels.join(" ")].join(", "),
  );
  await expect(`${text.join("\n")}\n`).toMatchFileSnapshot("__snapshots__/metrics.txt");
});

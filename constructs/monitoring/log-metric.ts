import { LoggingMetric, type LoggingMetricBucketOptions } from "@cdktf/provider-google/lib/logging-metric";
import { Construct } from "constructs";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { settled } from "../core/propagation";
import { check } from "../core/rules";
import { literal } from "../core/text";
import type { Waits } from "../core/waits";
import { extractor, extractors } from "./condition";
import { logMetricRules, type Buckets, type LogMetricProps, type MetricLabel } from "./log-metric-props";
import type { Metric, MonitoredResource } from "./metric";

/**
 * A metric made of log entries, from now on.
 * @throws InvalidProps
 * @see https://cloud.google.com/logging/docs/logs-based-metrics
 */
export class LogMetric<const Label extends string = never> extends Construct {
  readonly resource: LoggingMetric;
  /** "logging.googleapis.com/user/<name>" */
  readonly type: string;
  private readonly key: string;
  private readonly of: Pick<Metric, "kind" | "value" | "unit">;
  private readonly labels: readonly Label[];
  private paused: Waits | undefined;

  constructor(scope: Construct, id: string, props: LogMetricProps<Label>) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, logMetricRules);
    const { value, unit = "1", buckets } = props;
    const labels: [Label, MetricLabel][] = Object.entries<MetricLabel>(props.labels ?? {}).map(([label, told]) => [
      // Object.entries forgets what the keys are.
      label as Label,
      told,
    ]);
    this.labels = labels.map(([label]) => label);
    this.of = { kind: "delta", value: value === undefined ? "number" : "distribution", unit };
    this.resource = make(this, "resource", LoggingMetric, this.key, {
      name,
      filter: literal(props.filter),
      description: props.description && literal(props.description),
      bucketName: props.logBucket,
      disabled: props.enabled === false ? true : undefined,
      metricDescriptor: {
        metricKind: "DELTA",
        valueType: value === undefined ? "INT64" : "DISTRIBUTION",
        unit,
        displayName: props.title && literal(props.title),
        labels: labels.map(([label, { type = "text", description }]) => ({
          key: label,
          valueType: valueTypes[type],
          description: description && literal(description),
        })),
      },
      valueExtractor: value && extractor(value),
      bucketOptions: buckets && bucketOptions(buckets),
      labelExtractors: labels.length === 0 ? undefined : extractors(Object.fromEntries(labels)),
      ...props.overrides,
    });
    this.type = `logging.googleapis.com/user/${name}`;
  }

  /**
   * What alerts and charts name, of the entries of one kind of resource.
   *
   *     timeSeries(refusals.on(resources.revision), { where: { service_name: "api" } })
   *
   * An alert waits a while: Monitoring knows of a new metric some minutes later at times, and refuses what names it
   * until then. One in PromQL may be `unvalidated`, and waits for nothing.
   */
  on<Of extends string>(resource: MonitoredResource<Of>): Metric<Of, Label> {
    return { type: this.type, resource, labels: this.labels, ...this.of, waits: () => this.ready() };
  }

  /** Made when somebody waits. */
  private ready(): ReturnType<Waits> {
    this.paused ??= settled(this, `metric-${this.key}`, () => [this.resource]);
    return this.paused();
  }
}

const valueTypes = { text: "STRING", number: "INT64", "yes-or-no": "BOOL" } as const;

function bucketOptions(buckets: Buckets): LoggingMetricBucketOptions {
  if ("bounds" in buckets) return { explicitBuckets: { bounds: [...buckets.bounds] } };
  if ("width" in buckets) {
    return { linearBuckets: { numFiniteBuckets: buckets.count, width: buckets.width, offset: buckets.from ?? 0 } };
  }
  const { count, growth, first } = buckets;
  return { exponentialBuckets: { numFiniteBuckets: count, growthFactor: growth, scale: first } };
}

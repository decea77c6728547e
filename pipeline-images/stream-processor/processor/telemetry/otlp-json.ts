/**
 * Metrics and spans as OTLP's JSON.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import { type Attributes, catalogue, type Metric, type MetricName, type Point, PREFIX } from "./catalogue";
import type { Distribution } from "./histogram";
import type { Span, SpanAttributes } from "./tracer";

const SCOPE = { name: "data-journey/stream-processor" };
const CUMULATIVE = 2;
const INTERNAL = 1;
const FAILED = 2;

export interface Measured {
  readonly points: readonly Point[];
  readonly distributions: readonly Distribution[];
  /** Attributes of all. */
  readonly common: Attributes;
  /** Milliseconds since the epoch: when counting began, and now. */
  readonly since: number;
  readonly now: number;
}

/** An ExportMetricsServiceRequest. */
export function metricsRequest(resource: Attributes, { points, distributions, common, since, now }: Measured): object {
  const times = { startTimeUnixNano: nanoseconds(since), timeUnixNano: nanoseconds(now) };
  const metrics = (Object.entries(catalogue) as [MetricName, Metric][]).flatMap(
    ([name, { kind, unit, what }]): object[] => {
      const about = { name: PREFIX + name, unit, description: what };
      if (kind === "histogram") {
        const dataPoints = distributions
          .filter(({ metric }) => metric === name)
          .map(({ attributes, bounds, counts, sum, count }) => ({
            ...times,
            attributes: keyValues({ ...common, ...attributes }),
            count: String(count),
            sum,
            bucketCounts: counts.map(String),
            explicitBounds: bounds,
          }));
        return dataPoints.length === 0
          ? []
          : [{ ...about, histogram: { dataPoints, aggregationTemporality: CUMULATIVE } }];
      }
      const dataPoints = points
        .filter(({ metric }) => metric === name)
        .map(({ attributes, value }) => ({
          ...times,
          attributes: keyValues({ ...common, ...attributes }),
          asDouble: value,
        }));
      if (dataPoints.length === 0) return [];
      if (kind === "gauge") return [{ ...about, gauge: { dataPoints } }];
      return [{ ...about, sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true } }];
    },
  );
  return {
    resourceMetrics: [{ resource: { attributes: keyValues(resource) }, scopeMetrics: [{ scope: SCOPE, metrics }] }],
  };
}

/** An ExportTraceServiceRequest. */
export function spansRequest(resource: Attributes, spans: readonly Span[], common: Attributes): object {
  const all = spans.map(({ traceId, spanId, parent, name, start, end, attributes, failure }) => ({
    traceId,
    spanId,
    ...(parent !== undefined && { parentSpanId: parent }),
    name,
    kind: INTERNAL,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: keyValues({ ...common, ...attributes, ...(failure !== undefined && { "error.type": failure }) }),
    status: failure === undefined ? {} : { code: FAILED },
  }));
  return {
    resourceSpans: [{ resource: { attributes: keyValues(resource) }, scopeSpans: [{ scope: SCOPE, spans: all }] }],
  };
}

const nanoseconds = (milliseconds: number): string => `${Math.floor(milliseconds)}000000`;

const keyValues = (attributes: SpanAttributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { doubleValue: value } : { stringValue: value },
  }));

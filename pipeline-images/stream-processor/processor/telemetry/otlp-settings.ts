import type { Attributes } from "./catalogue";

/**
 * What OpenTelemetry's own variables say, as its SDKs read them.
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter
 */
export interface OtlpEnvironment {
  /** Where a collector listens: http://localhost:4318. Without it nothing is sent, and no span is made. */
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  /** name=value, separated by commas. */
  readonly OTEL_EXPORTER_OTLP_HEADERS?: string;
  /** Milliseconds that the collector may take, 10000 by default. */
  readonly OTEL_EXPORTER_OTLP_TIMEOUT?: string;
  /** "http/json", which is all it speaks. */
  readonly OTEL_EXPORTER_OTLP_PROTOCOL?: string;
  /** Milliseconds between two times that it sends, 60000 by default. */
  readonly OTEL_METRIC_EXPORT_INTERVAL?: string;
  /** The pipeline's name by default. */
  readonly OTEL_SERVICE_NAME?: string;
  /** name=value, separated by commas. */
  readonly OTEL_RESOURCE_ATTRIBUTES?: string;
  /** The share of calls of sinks that get a span, 0.1 by default. */
  readonly OTEL_TRACES_SAMPLER_ARG?: string;
}

export interface OtlpSettings {
  readonly endpoint: string;
  readonly headers: Attributes;
  /** Milliseconds. */
  readonly timeout: number;
  readonly every: number;
  readonly service: string | undefined;
  readonly attributes: Attributes;
  /** Of so many calls of a sink one gets a span. */
  readonly oneOf: number;
}

/** Undefined where nobody listens. */
export function otlpSettings(environment: OtlpEnvironment, say: (problem: string) => void): OtlpSettings | undefined {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: headers,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol = "http/json",
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: attributes,
  } = environment;
  if (!endpoint) return undefined;
  if (!/^https?:\/\//.test(endpoint)) say(`OTEL_EXPORTER_OTLP_ENDPOINT is "${endpoint}": it is http://host:port`);
  if (protocol !== "http/json") {
    say(`OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}": the processor speaks http/json, as collectors do on port 4318`);
  }
  const number = (name: keyof OtlpEnvironment, fallback: number, least: number, most: number): number => {
    const value = Number(environment[name] || fallback);
    if (!(value >= least && value <= most)) say(`${name} is "${environment[name]}": it is from ${least} to ${most}`);
    return value;
  };
  return {
    endpoint: endpoint.replace(/\/+$/, ""),
    headers: pairs(headers),
    timeout: number("OTEL_EXPORTER_OTLP_TIMEOUT", 10_000, 100, 60_000),
    every: number("OTEL_METRIC_EXPORT_INTERVAL", 60_000, 1_000, 3_600_000),
    service: service || undefined,
    attributes: pairs(attributes),
    oneOf: Math.round(1 / number("OTEL_TRACES_SAMPLER_ARG", 0.1, 0.001, 1)),
  };
}

function pairs(text = ""): Attributes {
  const all = text
    .split(",")
    .map((pair) => pair.split("="))
    .filter(([name]) => name?.trim())
    .map(([name = "", ...value]) => [name.trim(), decoded(value.join("=").trim())] as const);
  return Object.fromEntries(all);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

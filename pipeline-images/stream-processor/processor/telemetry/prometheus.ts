/** Measurements as Prometheus reads them. @see https://prometheus.io/docs/instrumenting/exposition_formats */
import { type Attributes, catalogue, type Metric, type MetricName, type Point, PREFIX } from "./catalogue";
import type { Distribution } from "./histogram";

export const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

/** @param common attributes of all */
export function prometheusText(
  points: readonly Point[],
  distributions: readonly Distribution[],
  common: Attributes,
): string {
  const lines: string[] = [];
  for (const [metric, about] of Object.entries(catalogue) as [MetricName, Metric][]) {
    const name = prometheusName(metric);
    const samples = [
      ...points
        .filter((point) => point.metric === metric)
        .map(({ value, attributes }) => sample(name, { ...common, ...attributes }, value)),
      ...distributions
        .filter((one) => one.metric === metric)
        .flatMap((one) => buckets(name, one, { ...common, ...one.attributes })),
    ];
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${about.what}`, `# TYPE ${name} ${about.kind}`, ...samples);
  }
  return `${lines.join("\n")}\n`;
}

const units: { readonly [unit: string]: string } = { s: "_seconds", By: "_bytes" };

/** As OpenTelemetry's names become Prometheus': the unit at the end, and what only grows is a total. */
export function prometheusName(metric: MetricName): string {
  const { kind, unit }: Metric = catalogue[metric];
  const name = `${PREFIX}${metric}`.replaceAll(".", "_") + (units[unit] ?? "");
  return kind === "counter" ? `${name}_total` : name;
}

function buckets(name: string, { bounds, counts, sum, count }: Distribution, attributes: Attributes): string[] {
  let below = 0;
  const lines = [...bounds.map(String), "+Inf"].map((le, i) => {
    below += counts[i] ?? 0;
    return sample(`${name}_bucket`, { ...attributes, le }, below);
  });
  return [...lines, sample(`${name}_sum`, attributes, sum), sample(`${name}_count`, attributes, count)];
}

const sample = (name: string, attributes: Attributes, value: number): string =>
  `${name}{${Object.entries(attributes)
    .map(([label, text]) => `${label}="${escaped(text)}"`)
    .join(",")}} ${value}`;

const escaped = (text: string): string =>
  text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);

/** What is measured of a processor: names that stay, and units. As OpenTelemetry writes them; Prometheus' follow. */
export interface Metric {
  /** A counter only grows; a gauge is how it is at the moment; a histogram says how often it took how much. */
  readonly kind: "counter" | "gauge" | "histogram";
  /** As UCUM writes it: s, By, or what is counted, in braces. */
  readonly unit: string;
  readonly what: string;
}

export const PREFIX = "journey.processor.";

/** By the name after {@link PREFIX}. Each has the attribute `pipeline`; others are said. */
export const catalogue = {
  "watermark.age": { kind: "gauge", unit: "s", what: "How far the watermark is behind the clock." },
  messages: { kind: "counter", unit: "{message}", what: "Messages that were worked on." },
  duplicates: { kind: "counter", unit: "{message}", what: "Messages that had come before, and changed nothing." },
  late: { kind: "counter", unit: "{row}", what: "Rows whose window had ended for good." },
  errors: {
    kind: "counter",
    unit: "{row}",
    what: "Rows that were refused since the process began, by step and reason.",
  },
  rows: { kind: "counter", unit: "{row}", what: "Rows that their sink has confirmed, by output." },
  unwritten: { kind: "gauge", unit: "{row}", what: "Rows that their sink has not confirmed yet, by output." },
  "unwritten.size": { kind: "gauge", unit: "By", what: "What those rows take, by output." },
  unacknowledged: {
    kind: "gauge",
    unit: "{message}",
    what: "Messages that are ours and not yet acknowledged, by input.",
  },
  message_ids: { kind: "gauge", unit: "{id}", what: "Messages whose ids are remembered, by input." },
  connected: { kind: "gauge", unit: "1", what: "Whether all streams of messages stand, by input." },
  "groups.open": { kind: "gauge", unit: "{group}", what: "Keys that something is kept of, in their windows, by step." },
  "windows.open": { kind: "gauge", unit: "{window}", what: "Windows that are open, by step." },
  starts: { kind: "counter", unit: "{start}", what: "How often the log of checkpoints has changed its owner." },
  "checkpoint.duration": { kind: "histogram", unit: "s", what: "From the making of a record until it was durable." },
  "checkpoint.size": { kind: "histogram", unit: "By", what: "Bytes of a record." },
  "restore.duration": { kind: "gauge", unit: "s", what: "How long it took to read the log at the start." },
  "sink.duration": { kind: "histogram", unit: "s", what: "How long a sink took to answer, by output." },
  "memory.usage": { kind: "gauge", unit: "By", what: "Memory of the process." },
  "memory.limit": { kind: "gauge", unit: "By", what: "Memory that the container has." },
  "heap.usage": { kind: "gauge", unit: "By", what: "What JavaScript's heap holds." },
  "heap.limit": { kind: "gauge", unit: "By", what: "What JavaScript's heap may hold." },
  "memory.short": { kind: "gauge", unit: "1", what: "Whether nothing is taken because memory is short." },
} as const satisfies { readonly [name: string]: Metric };

export type MetricName = keyof typeof catalogue;
export type HistogramName = {
  [Name in MetricName]: (typeof catalogue)[Name]["kind"] extends "histogram" ? Name : never;
}[MetricName];

export interface Attributes {
  readonly [name: string]: string;
}

/** A number at this moment. */
export interface Point {
  readonly metric: MetricName;
  readonly attributes: Attributes;
  readonly value: number;
}

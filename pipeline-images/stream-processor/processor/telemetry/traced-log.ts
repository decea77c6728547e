import type { Log } from "../../../../runtime/log";
import type { Tracer } from "./tracer";

/**
 * A log whose lines say in which span they were written, as Cloud Logging reads it: the trace shows them.
 * @param project undefined as long as nobody knows it
 * @see https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields
 */
export const tracedLog =
  (log: Log, tracer: Tracer, project: () => string | undefined): Log =>
  (severity, message, more) => {
    const span = tracer.current;
    const of = project();
    if (span === undefined || of === undefined) return log(severity, message, more);
    return log(severity, message, {
      ...more,
      "logging.googleapis.com/trace": `projects/${of}/traces/${span.traceId}`,
      "logging.googleapis.com/spanId": span.spanId,
      "logging.googleapis.com/trace_sampled": span.sampled,
    });
  };

import type { LogEntry } from "../../service";

/** Characters of a line that are kept; Cloud Logging takes 256 KB an entry. */
const longest = 64 * 1024;

/** Cloud Logging's severities, as the four that are told apart here. */
const severities: { readonly [name: string]: LogEntry["severity"] } = {
  DEBUG: "DEBUG",
  DEFAULT: "INFO",
  INFO: "INFO",
  NOTICE: "INFO",
  WARN: "WARNING",
  WARNING: "WARNING",
  ERROR: "ERROR",
  CRITICAL: "ERROR",
  ALERT: "ERROR",
  EMERGENCY: "ERROR",
};

/**
 * A line of output as Cloud Logging reads it: a JSON object is a structured entry, with its `severity` and `message`;
 * all else is text.
 * @see https://cloud.google.com/run/docs/logging#structured-logging
 */
export function readLine(line: string, stream: "stdout" | "stderr", source: string): LogEntry {
  const plain = (): LogEntry => ({
    severity: stream === "stderr" ? "WARNING" : "INFO",
    source,
    message: line.length > longest ? `${line.slice(0, longest)}…` : line,
  });
  if (!line.startsWith("{") || line.length > longest) return plain();
  let entry: { readonly [name: string]: unknown };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return plain();
  }
  const { severity, message, ...more } = entry;
  return {
    ...more,
    severity: severities[typeof severity === "string" ? severity.toUpperCase() : "DEFAULT"] ?? "INFO",
    source,
    message: typeof message === "string" ? message : line,
  };
}

/** Cuts a stream of text into lines; what has no end yet waits for it. */
export class Lines {
  private rest = "";

  constructor(private readonly take: (line: string) => void) {}

  add(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.give(line);
    // A program that never ends its line must not fill the memory.
    if (this.rest.length > longest) this.end();
  }

  end(): void {
    const line = this.rest;
    this.rest = "";
    this.give(line);
  }

  private give(line: string): void {
    const trimmed = line.replace(/\r$/, "");
    if (trimmed !== "") this.take(trimmed);
  }
}

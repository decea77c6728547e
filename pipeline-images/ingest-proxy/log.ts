/**
 * One JSON line an entry, as Cloud Logging reads them from standard output.
 * What a visitor sent, and from where, is never logged: an event may hold personal data.
 * @see https://cloud.google.com/run/docs/logging#special-fields
 */
type Severity = "INFO" | "WARNING" | "ERROR";
export type Log = (severity: Severity, message: string, more?: { readonly [field: string]: string | number }) => void;

export function jsonLog(write: (line: string) => void): Log {
  return (severity, message, more) => write(`${JSON.stringify({ severity, message, ...more })}\n`);
}

/**
 * One JSON line an entry, as Cloud Logging reads them from standard output. No event and no row is ever logged: it may
 * hold personal data.
 * @see https://cloud.google.com/run/docs/logging#special-fields
 */
type Severity = "INFO" | "WARNING" | "ERROR";
export type Log = (
  severity: Severity,
  message: string,
  more?: { readonly [field: string]: string | number | boolean },
) => void;

export const jsonLog =
  (write: (line: string) => void): Log =>
  (severity, message, more) =>
    write(`${JSON.stringify({ severity, message, ...more })}\n`);

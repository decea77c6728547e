import { RestError } from "../../../routes";

/** What is wrong with a query, and where: as BigQuery writes it. */
export class SqlError extends RestError {
  constructor(message: string, source?: string, at?: number) {
    super("INVALID_ARGUMENT", placed(message, source, at), "invalidQuery", "query");
  }
}

/** What BigQuery understands and this translator does not. */
export class NotTranslated extends RestError {
  constructor(construct: string, source?: string, at?: number, instead?: string) {
    const way = instead === undefined ? "" : `. ${instead}`;
    const what = placed(`${construct} is not run by the local BigQuery`, source, at);
    super("INVALID_ARGUMENT", `${what}${way}`, "invalidQuery", "query");
  }
}

/** "... at [2:15]": line and column from 1. */
export function placed(message: string, source: string | undefined, at: number | undefined): string {
  if (source === undefined || at === undefined) return message;
  const before = source.slice(0, at);
  const line = before.split("\n").length;
  return `${message} at [${line}:${at - before.lastIndexOf("\n")}]`;
}

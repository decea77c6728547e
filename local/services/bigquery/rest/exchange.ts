/** What the REST methods have in common. */
import { CloudError } from "../../../errors";
import type { Exchange } from "../../../routes";
import type { TimestampFormat } from "../rows/rest-value";

export interface Body {
  readonly [name: string]: unknown;
}

export async function bodyOf(exchange: Exchange): Promise<Body> {
  const body = await exchange.json();
  if (isBody(body)) return body;
  throw new CloudError("INVALID_ARGUMENT", "The request's body has to be a JSON object");
}

export const isBody = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const bodyIn = (body: Body, name: string): Body => (isBody(body[name]) ? body[name] : {});

/** @throws CloudError INVALID_ARGUMENT where it is missing */
export function textIn(body: Body, name: string): string {
  const value = body[name];
  if (typeof value === "string" && value !== "") return value;
  throw new CloudError("INVALID_ARGUMENT", `Required parameter is missing: ${name}`);
}

/** A part of the path. */
export const inPath = ({ path }: Exchange, name: string): string => path[name] as string;

/** @throws CloudError NOT_FOUND for another project than the stack's */
export function checkProject(exchange: Exchange, project: string): void {
  const asked = inPath(exchange, "project");
  if (asked !== project) {
    throw new CloudError("NOT_FOUND", `Not found: Project ${asked}. This local cloud is ${project}`);
  }
}

const PAGE = 10_000;

/** Rows of a page: where it begins, and how many at most. */
export function pageOf(given: {
  readonly pageToken?: string | null;
  readonly startIndex?: string | null;
  readonly maxResults?: string | number | null;
}): { readonly from: number; readonly count: number } {
  const token = given.pageToken ?? undefined;
  const from = token === undefined ? Number(given.startIndex ?? 0) : Number(Buffer.from(token, "base64url").toString());
  if (!Number.isSafeInteger(from) || from < 0) throw new CloudError("INVALID_ARGUMENT", "Invalid page token");
  const most = given.maxResults === undefined || given.maxResults === null ? PAGE : Number(given.maxResults);
  return { from, count: Math.min(Math.max(most, 0), PAGE) };
}

/** The token of the page that begins there; undefined where nothing is left. */
export const tokenFor = (from: number, total: number): string | undefined =>
  from < total ? Buffer.from(String(from)).toString("base64url") : undefined;

export function timestampFormat(options: {
  readonly useInt64Timestamp?: unknown;
  readonly timestampOutputFormat?: unknown;
}): TimestampFormat {
  const { useInt64Timestamp, timestampOutputFormat } = options;
  if (timestampOutputFormat === "ISO8601_STRING") return "ISO8601";
  if (timestampOutputFormat === "INT64") return "microseconds";
  return useInt64Timestamp === true || useInt64Timestamp === "true" ? "microseconds" : "seconds";
}

export const queryFormat = (query: URLSearchParams): TimestampFormat =>
  timestampFormat({
    useInt64Timestamp: query.get("formatOptions.useInt64Timestamp") ?? undefined,
    timestampOutputFormat: query.get("formatOptions.timestampOutputFormat") ?? undefined,
  });

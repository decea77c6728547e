import { compareNames } from "./names";

export interface ListQuery {
  readonly prefix?: string;
  /** Names that hold it after the prefix are shown once, cut behind it. */
  readonly delimiter?: string;
  /** From this name on, it included. */
  readonly startOffset?: string;
  /** Up to this name, it excluded. */
  readonly endOffset?: string;
  readonly includeTrailingDelimiter?: boolean;
  /** Names and prefixes of one page, at least 1. */
  readonly maxResults: number;
  readonly pageToken?: string;
}

export interface ListPage {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
  readonly nextPageToken?: string;
}

/**
 * One page of a bucket's names, which come in order.
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects/list
 */
export function listNames(sorted: readonly string[], query: ListQuery): ListPage {
  const { prefix = "", delimiter, startOffset = "", endOffset } = query;
  const after = query.pageToken === undefined ? undefined : Buffer.from(query.pageToken, "base64url").toString();
  const first = [prefix, startOffset, after ?? ""].reduce((a, b) => (compareNames(a, b) >= 0 ? a : b));
  const names: string[] = [];
  const prefixes: string[] = [];
  let last = after;
  for (let at = firstNotBefore(sorted, first); at < sorted.length; at++) {
    const name = sorted[at] as string;
    if (!name.startsWith(prefix)) break;
    if (endOffset !== undefined && compareNames(name, endOffset) >= 0) break;
    const cut = delimiter === undefined || delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
    const shown = cut < 0 ? name : name.slice(0, cut + (delimiter as string).length);
    // What lies in one folder stands together, so a folder was shown already only if it was the last.
    if (shown === last) continue;
    if (names.length + prefixes.length >= query.maxResults) {
      return { names, prefixes, nextPageToken: Buffer.from(last as string).toString("base64url") };
    }
    last = shown;
    if (cut < 0) names.push(name);
    else {
      prefixes.push(shown);
      if (shown === name && query.includeTrailingDelimiter) names.push(name);
    }
  }
  return { names, prefixes };
}

function firstNotBefore(sorted: readonly string[], name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareNames(sorted[middle] as string, name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

import { CloudError } from "../../../errors";

/** Pub/Sub gives at most so many of a list at once. */
const MOST = 1_000;

interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** One page of a list; the token is where the next one begins. */
export function page<T>(
  items: readonly T[],
  { pageSize, pageToken }: PageRequest,
): { items: T[]; nextPageToken: string } {
  const from = pageToken === "" ? 0 : Number(pageToken);
  if (!Number.isInteger(from) || from < 0) {
    throw new CloudError("INVALID_ARGUMENT", `You have passed an invalid page token: ${pageToken}`);
  }
  const to = from + (pageSize <= 0 ? MOST : Math.min(pageSize, MOST));
  return { items: items.slice(from, to), nextPageToken: to < items.length ? String(to) : "" };
}

import { CloudError } from "../../errors";

/** Where the bytes of one request of a resumable upload belong. */
export type ChunkRange =
  // "bytes 0-99/200": these bytes. "bytes 100-*/200": from there on, to the end of the object.
  | { readonly kind: "bytes"; readonly start: number; readonly last: number | undefined; readonly total: Total }
  // "bytes */200": how much is there?
  | { readonly kind: "status"; readonly total: Total };

/** In bytes, "unknown" while the sender does not know. */
type Total = number | "unknown";

/** @see https://cloud.google.com/storage/docs/performing-resumable-uploads */
export function chunkRange(contentRange: string | undefined): ChunkRange {
  // A single request with the whole of it needs no range.
  if (contentRange === undefined) return { kind: "bytes", start: 0, last: undefined, total: "unknown" };
  const found = /^bytes (?:\*|(\d+)-(\d+|\*))\/(\d+|\*)$/.exec(contentRange.trim());
  if (found === null) {
    throw new CloudError("INVALID_ARGUMENT", `Failed to parse Content-Range header: ${contentRange}`);
  }
  const total: Total = found[3] === "*" ? "unknown" : Number(found[3]);
  if (found[1] === undefined) return { kind: "status", total };
  return { kind: "bytes", start: Number(found[1]), last: found[2] === "*" ? undefined : Number(found[2]), total };
}

/**
 * Whether the upload is whole after a request that ended well.
 * Bytes without a stated last one run to the object's end; a stated one says it by being the total's last.
 */
export function isWhole(range: ChunkRange, received: number): boolean {
  if (range.total !== "unknown") return received >= range.total;
  return range.kind === "bytes" && range.last === undefined;
}

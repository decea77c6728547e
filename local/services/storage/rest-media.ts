/** The bytes of an object as an HTTP answer. */
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { RestError, type Exchange } from "../../routes";
import { etagOf, type ObjectRecord } from "./records";
import type { FileHandle } from "node:fs/promises";

export async function sendMedia(
  { request, response }: Exchange,
  record: ObjectRecord,
  file: FileHandle,
): Promise<undefined> {
  const stored = record.contentEncoding === "gzip" ? "gzip" : "identity";
  const accepted = request.headers["accept-encoding"]?.toString() ?? "";
  // What was stored compressed is sent so to who can read it, and else is unpacked on the way.
  const unpack = stored === "gzip" && !/\bgzip\b/.test(accepted);
  const range = unpack ? undefined : byteRange(request.headers.range, record.size);
  if (range === "unsatisfiable") {
    await file.close();
    response.setHeader("content-range", `bytes */${record.size}`);
    throw new RestError(
      "OUT_OF_RANGE",
      "The requested range cannot be satisfied.",
      "requestedRangeNotSatisfiable",
      "Range",
      416,
    );
  }
  const { start, end } = range ?? { start: 0, end: record.size - 1 };
  const headers: { [name: string]: string } = {
    "content-type": record.contentType ?? "application/octet-stream",
    etag: etagOf(record),
    "accept-ranges": "bytes",
    "last-modified": new Date(record.updated).toUTCString(),
    "x-goog-generation": String(record.generation),
    "x-goog-metageneration": String(record.metageneration),
    "x-goog-hash": sumsHeader(record),
    "x-goog-storage-class": record.storageClass ?? "STANDARD",
    "x-goog-stored-content-encoding": stored,
    "x-goog-stored-content-length": String(record.size),
  };
  if (record.contentEncoding !== undefined && !unpack) headers["content-encoding"] = record.contentEncoding;
  if (record.contentDisposition !== undefined) headers["content-disposition"] = record.contentDisposition;
  if (record.contentLanguage !== undefined) headers["content-language"] = record.contentLanguage;
  if (record.cacheControl !== undefined) headers["cache-control"] = record.cacheControl;
  if (!unpack) headers["content-length"] = String(end - start + 1);
  if (range !== undefined) headers["content-range"] = `bytes ${start}-${end}/${record.size}`;
  response.writeHead(range === undefined ? 200 : 206, headers);
  if (end < start || request.method === "HEAD") {
    await file.close();
    response.end();
  } else if (unpack) await pipeline(file.createReadStream(), createGunzip(), response);
  else await pipeline(file.createReadStream({ start, end }), response);
  return undefined;
}

const sumsHeader = ({ crc32c, md5Hash }: ObjectRecord): string =>
  md5Hash === undefined ? `crc32c=${crc32c}` : `crc32c=${crc32c},md5=${md5Hash}`;

/** One range of bytes, both ends included; several at once are answered with the whole, as HTTP allows. */
function byteRange(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | "unsatisfiable" | undefined {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (found === null || (found[1] === "" && found[2] === "")) return undefined;
  const [, from, to] = found;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return start > end ? "unsatisfiable" : { start, end };
}

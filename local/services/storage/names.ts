import { createHash } from "node:crypto";
import { CloudError } from "../../errors";

/** @see https://cloud.google.com/storage/docs/buckets#naming */
export function checkBucketName(name: string): void {
  const parts = name.split(".");
  const fits = name.length >= 3 && name.length <= (parts.length > 1 ? 222 : 63);
  if (fits && parts.every((part) => /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/.test(part) && part.length <= 63)) return;
  throw new CloudError(
    "INVALID_ARGUMENT",
    `Invalid bucket name: '${name}'. A name is 3-63 lowercase letters, digits, dashes, underscores and dots, and begins and ends with a letter or a digit.`,
  );
}

/** @see https://cloud.google.com/storage/docs/objects#naming */
export function checkObjectName(name: string): void {
  const size = Buffer.byteLength(name);
  if (size < 1 || size > 1024) {
    throw new CloudError("INVALID_ARGUMENT", `The object name is ${size} bytes: Cloud Storage takes 1 to 1024.`);
  }
  if (/[\r\n]/.test(name) || name === "." || name === ".." || name.startsWith(".well-known/acme-challenge/")) {
    throw new CloudError("INVALID_ARGUMENT", `Invalid object name: ${JSON.stringify(name)}.`);
  }
}

/**
 * The file that stands for an object. A name may be any 1024 bytes, with slashes, dots and both cases of a letter;
 * no file system takes that, so the file is called by the name's hash and the name stands in it.
 */
export const fileNameOf = (object: string): string => createHash("sha256").update(object).digest("hex");

/** Names order by their UTF-8 bytes; JavaScript's `<` orders by UTF-16 units, which differs beyond U+FFFF. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    const leftIsPair = left >= 0xd800 && left < 0xe000;
    const rightIsPair = right >= 0xd800 && right < 0xe000;
    return leftIsPair === rightIsPair ? left - right : leftIsPair ? 1 : -1;
  }
  return a.length - b.length;
}

export const bucketResource = (bucket: string): string => `storage.googleapis.com/projects/_/buckets/${bucket}`;

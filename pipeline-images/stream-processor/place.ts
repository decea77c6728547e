/** Where things are kept: gs://bucket/name in the cloud, a path on a laptop. */
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SourceFile } from "./batch/bounded-run";
import type { CloudStorage } from "./google/storage";
import { BucketStore } from "./log/bucket-store";
import { DiskStore } from "./log/disk-store";
import type { LogStore } from "./log/store";

const inBucket = (place: string): [bucket: string, name: string] | undefined => {
  const [, bucket, name = ""] = /^gs:\/\/([^/]+)\/?(.*)$/.exec(place) ?? [];
  return bucket === undefined ? undefined : [bucket, name];
};

export function storeAt(place: string, storage: CloudStorage): LogStore {
  const found = inBucket(place);
  return found === undefined ? new DiskStore(place) : new BucketStore(storage, ...found);
}

/**
 * Contents of files by a name with `*` for any name and `**` for any folders.
 * @throws Error where there is none.
 */
export async function filesAt(pattern: string, storage: CloudStorage): Promise<(readonly [string, Uint8Array])[]> {
  const bucket = inBucket(pattern)?.[0];
  return Promise.all(
    (await namesAt(pattern, storage)).map(async (name): Promise<readonly [string, Uint8Array]> => {
      const content = bucket === undefined ? await readFile(name) : await storage.readObject(bucket, name);
      return [name, content ?? new Uint8Array(0)];
    }),
  );
}

/** Files by such a name, to be read one after the other, a part at a time. @throws Error where there is none. */
export async function sourcesAt(pattern: string, storage: CloudStorage): Promise<readonly SourceFile[]> {
  const bucket = inBucket(pattern)?.[0];
  return (await namesAt(pattern, storage)).map((name) =>
    bucket === undefined
      ? { name, open: () => createReadStream(name) }
      : { name: `gs://${bucket}/${name}`, open: () => storage.openObject(bucket, name) },
  );
}

/** Sorted. */
async function namesAt(pattern: string, storage: CloudStorage): Promise<string[]> {
  const found = inBucket(pattern);
  const prefix = (found?.[1] ?? pattern).replace(/\*.*$/s, "");
  const fits = matcher(found?.[1] ?? pattern);
  const names = found === undefined ? await filesBelow(prefix) : await storage.listObjects(found[0], prefix, "");
  const wanted = names.filter((name) => fits.test(name)).toSorted();
  if (wanted.length === 0) throw new Error(`there is no file ${pattern}`);
  return wanted;
}

const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split(/(\*\*\/?|\*)/)
      .map((part) =>
        part.startsWith("**") ? ".*" : part === "*" ? "[^/]*" : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
      )
      .join("")}$`,
    "s",
  );

async function filesBelow(prefix: string): Promise<string[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1) || ".";
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** @throws Error where there is nothing at the place, or it may not be read. */
export async function textAt(place: string, storage: CloudStorage): Promise<string> {
  const found = inBucket(place);
  if (found === undefined) return readFile(place, "utf8");
  const content = await storage.readObject(...found);
  if (content === undefined) throw new Error(`there is no object ${place}`);
  return Buffer.from(content).toString();
}

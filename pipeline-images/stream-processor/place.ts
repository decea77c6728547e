/** Where things are kept: gs://bucket/name in the cloud, a path on a laptop. */
import { readFile } from "node:fs/promises";
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

/** @throws Error where there is nothing at the place, or it may not be read. */
export async function textAt(place: string, storage: CloudStorage): Promise<string> {
  const found = inBucket(place);
  if (found === undefined) return readFile(place, "utf8");
  const content = await storage.readObject(...found);
  if (content === undefined) throw new Error(`there is no object ${place}`);
  return Buffer.from(content).toString();
}

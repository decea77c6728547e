import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BucketRecord, ObjectRecord } from "./records";

/** A bucket in memory; the files are what counts. */
export interface Bucket {
  record: BucketRecord;
  readonly folder: string;
  readonly objects: Map<string, ObjectRecord>;
  /** Names in order, until one comes or goes. */
  sorted?: readonly string[];
  lastGeneration: number;
}

/** What a folder holds, without what a kill left half done. */
export function restore(folder: string): Bucket | undefined {
  const file = join(folder, "bucket.json");
  if (!existsSync(file)) {
    // Killed while it was made or deleted: without a record there is no bucket.
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  const objects = new Map<string, ObjectRecord>();
  const kept = new Set<string>();
  let lastGeneration = 0;
  for (const path of filesOf(join(folder, "objects"))) {
    if (path.endsWith(".json")) {
      const record = JSON.parse(readFileSync(path, "utf8")) as ObjectRecord;
      objects.set(record.name, record);
      kept.add(join(folder, "content", record.content));
      lastGeneration = Math.max(lastGeneration, record.generation);
    } else rmSync(path);
  }
  for (const path of filesOf(join(folder, "content"))) if (!kept.has(path)) rmSync(path);
  for (const path of filesOf(join(folder, "uploads"))) rmSync(path);
  return { record: JSON.parse(readFileSync(file, "utf8")) as BucketRecord, folder, objects, lastGeneration };
}

const filesOf = (folder: string): readonly string[] => readdirSync(folder).map((name) => join(folder, name));

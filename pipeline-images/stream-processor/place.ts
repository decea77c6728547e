/** Where things are kept: gs://bucket/name in the cloud, a path on a laptop. */
import { createReadStream } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Anywhere, FileBytes } from "./formats/format";
import type { CloudStorage } from "./google/storage";
import { BucketStore } from "./log/bucket-store";
import { DiskStore } from "./log/disk-store";
import type { LogStore } from "./log/store";
import { BucketFiles } from "./sinks/files/bucket-files";
import { DiskFiles } from "./sinks/files/disk-files";
import type { FileStore } from "./sinks/files/file-store";

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
  const files = await listFiles(pattern, storage);
  return Promise.all(
    files.map(async ({ name }): Promise<readonly [string, Uint8Array]> => {
      const found = inBucket(name);
      const content = found === undefined ? await readFile(name) : await storage.readObject(...found);
      return [name, content ?? new Uint8Array(0)];
    }),
  );
}

/** Where files are written, and what their names begin with there. */
export function filesBelow(files: string, storage: CloudStorage): readonly [store: FileStore, files: string] {
  const found = inBucket(files);
  if (found === undefined) return [new DiskFiles((path) => openFile(path, storage)), files];
  return [new BucketFiles(storage, found[0]), found[1]];
}

/** A file by its name: gs://bucket/object, or a path. */
export interface ListedFile {
  readonly name: string;
  /** As it is stored. */
  readonly bytes: number;
}

/** Files by such a name, sorted. @throws Error where there is none. */
export async function listFiles(pattern: string, storage: CloudStorage): Promise<readonly ListedFile[]> {
  const found = inBucket(pattern);
  const prefix = (found?.[1] ?? pattern).replace(/\*.*$/s, "");
  const fits = matcher(found?.[1] ?? pattern);
  const all = found === undefined ? await filesInFolder(prefix) : await storage.objects(found[0], prefix);
  const wanted = all
    .filter(({ name }) => fits.test(name))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, bytes }) => ({ name: found === undefined ? name : `gs://${found[0]}/${name}`, bytes }));
  if (wanted.length === 0) throw new Error(`there is no file ${pattern}`);
  return wanted;
}

/** A file's bytes: each time that they are gone through, it is opened anew. */
export function openFile(name: string, storage: CloudStorage): FileBytes {
  const found = inBucket(name);
  const stream = () => (found === undefined ? createReadStream(name) : storage.openObject(...found));
  return {
    [Symbol.asyncIterator]: () => stream()[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
    anywhere: found === undefined ? onDisk(name) : storage.anywhere(...found),
  };
}

const onDisk = (name: string): Anywhere => ({
  size: async () => (await stat(name)).size,
  async bytes(start, end) {
    const file = await open(name);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
      if (bytesRead < end - start) throw new Error(`${name} has become shorter while it was read`);
      return buffer;
    } finally {
      await file.close();
    }
  },
});

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

async function filesInFolder(prefix: string): Promise<ListedFile[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1) || ".";
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(names.map(async (name) => ({ name, bytes: (await stat(name)).size })));
}

/** @throws Error where there is nothing at the place, or it may not be read. */
export async function textAt(place: string, storage: CloudStorage): Promise<string> {
  const found = inBucket(place);
  if (found === undefined) return readFile(place, "utf8");
  const content = await storage.readObject(...found);
  if (content === undefined) throw new Error(`there is no object ${place}`);
  return Buffer.from(content).toString();
}

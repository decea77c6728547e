/** Files in a folder: written aside, synced, and only then given their name. */
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileBytes } from "../../formats/format";
import { type FileStore, TakenName } from "./file-store";

export class DiskFiles implements FileStore {
  /** @param openFile gives the bytes of one by its path */
  constructor(private readonly openFile: (path: string) => FileBytes) {}

  async put(name: string, content: Uint8Array): Promise<void> {
    await named(name, async function* parts() {
      yield content;
    });
  }

  async join(name: string, parts: readonly string[]): Promise<void> {
    const made = await named(name, async function* bytes() {
      for (const part of parts) yield* createReadStream(part) as AsyncIterable<Uint8Array>;
    });
    if (made) return;
    // A disk keeps no word of who made it: what is the same is ours.
    const content = await Promise.all(parts.map((part) => readFile(part)));
    if (!Buffer.concat(content).equals(await readFile(name))) throw new TakenName(name);
  }

  async list(prefix: string): Promise<readonly string[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1) || ".";
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith(ASIDE))
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((name) => name.startsWith(prefix))
      .toSorted();
  }

  open(name: string): FileBytes {
    return this.openFile(name);
  }

  async delete(name: string): Promise<void> {
    await rm(name, { force: true });
  }
}

const ASIDE = ".new-";

/** @returns false where the name is taken */
async function named(path: string, bytes: () => AsyncIterable<Uint8Array>): Promise<boolean> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const aside = join(folder, ASIDE + randomUUID());
  try {
    const file = await open(aside, "wx");
    try {
      for await (const part of bytes()) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    return await link(aside, path).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
        throw error;
      },
    );
  } finally {
    await rm(aside, { force: true });
  }
}

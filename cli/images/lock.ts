import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { CommandError } from "../command-error";

/** What `images.lock.json` keeps of a repository: what was pushed, and from which content. Stacks deploy by it. */
interface PushedImage {
  readonly source: string;
  /** "sha256:..." */
  readonly digest: string;
}

export interface ImageLock {
  readonly [repository: string]: PushedImage;
}

export function readLock(file: string): ImageLock {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ImageLock;
  } catch (error) {
    throw new CommandError(`${file} is not JSON (${(error as Error).message}): delete it and push again`);
  }
}

/** Whole or not at all, its repositories in order: it is committed, and its diff is read. */
export function writeLock(file: string, lock: ImageLock): void {
  const sorted = Object.fromEntries(Object.entries(lock).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(`${file}.new`, `${JSON.stringify(sorted, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

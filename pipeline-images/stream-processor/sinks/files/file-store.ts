/**
 * Where files are written: parts that nobody looks for, and what is made of them, which is there whole or not at all.
 * Names are whole: of objects in a bucket, or paths.
 */
import type { FileBytes } from "../../formats/format";

export interface FileStore {
  /** Writes a part. One of that name that is there is the same: it was written before. */
  put(name: string, content: Uint8Array): Promise<void>;
  /**
   * Makes a file of parts, one behind the other. One of that name and mark that is there is the same.
   * @param parts 1 to {@link MOST_PARTS}
   * @param mark who makes it
   * @throws TakenName where there is a file of that name that somebody else has made
   */
  join(name: string, parts: readonly string[], mark: string): Promise<void>;
  /** Names that begin so, sorted. */
  list(prefix: string): Promise<readonly string[]>;
  open(name: string): FileBytes;
  /** Deletes a part, if it is there. */
  delete(name: string): Promise<void>;
}

/** Cloud Storage puts so many objects together at once. */
export const MOST_PARTS = 32;

export class TakenName extends Error {
  override readonly name = "TakenName";

  constructor(file: string) {
    super(`${file} is there already, and not by this run or these checkpoints: move it away, and it is written`);
  }
}

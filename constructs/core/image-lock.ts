import { existsSync, readFileSync } from "node:fs";

/** What was pushed of an image, and from which content. */
interface PushedImage {
  /** The hash of the content: {@link ImageSource.source}. */
  readonly source: string;
  /** "sha256:..." */
  readonly digest: string;
}

/** `images.lock.json`: written by `journey images push`, committed, read at synth. Registry and name to what is there. */
export interface ImageLock {
  readonly [repository: string]: PushedImage;
}

export const LOCK_FILE = "images.lock.json";

/** @throws Error where the file is no lock */
export function readLock(file: string): ImageLock {
  if (!existsSync(file)) return {};
  const lock: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (isLock(lock)) return lock;
  throw new Error(`${file} is not a lock of images: delete it and run \`journey images push\``);
}

const isLock = (lock: unknown): lock is ImageLock =>
  typeof lock === "object" &&
  lock !== null &&
  Object.values(lock).every(
    (image: unknown) =>
      typeof image === "object" &&
      image !== null &&
      "source" in image &&
      typeof image.source === "string" &&
      "digest" in image &&
      typeof image.digest === "string" &&
      image.digest.startsWith("sha256:"),
  );

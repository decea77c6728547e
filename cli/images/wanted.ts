import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "../command-error";

/** An image that a stack names, and what it is built from: an entry of a stack's `"//".journey.images`. */
export interface WantedImage {
  readonly name: string;
  /** Registry and name, without tag and digest: what `images.lock.json` knows it by. */
  readonly repository: string;
  /** A hash of all that it is made of; its tag. */
  readonly source: string;
  readonly folder: string;
  readonly package?: string;
}

interface Metadata {
  readonly "//"?: {
    readonly journey?: {
      readonly images?: {
        readonly [reference: string]: Pick<WantedImage, "name" | "source" | "folder" | "package">;
      };
    };
  };
}

/**
 * The images of all stacks that were synthesized, each once.
 * @param out the folder with manifest.json
 */
export function wantedImages(out: string): readonly WantedImage[] {
  const manifest = read(join(out, "manifest.json")) as {
    readonly stacks: { readonly [id: string]: { readonly synthesizedStackPath: string } };
  };
  const wanted = new Map<string, WantedImage>();
  for (const { synthesizedStackPath } of Object.values(manifest.stacks)) {
    const { "//": notes } = read(join(out, synthesizedStackPath)) as Metadata;
    for (const [reference, image] of Object.entries(notes?.journey?.images ?? {})) {
      const repository = repositoryOf(reference);
      wanted.set(repository, { ...image, repository });
    }
  }
  return [...wanted.values()].toSorted((a, b) => (a.repository < b.repository ? -1 : 1));
}

/** registry/name@sha256:... and registry/name:tag, without what comes after the name; a registry may have a port. */
export function repositoryOf(reference: string): string {
  return reference.replace(/@[^@]*$/, "").replace(/:[^:/]*$/, "");
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

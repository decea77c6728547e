/** An image's program as one file: what runs on a laptop, and what `docker build` copies. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, type BuildFailure, type Message } from "esbuild";
import { StackProblem } from "../stack/problem";
import { readImagePackage, type ImagePackage } from "./folder";

export interface Bundle {
  /** main.js */
  readonly main: string;
  /** Of its content. */
  readonly hash: string;
  /** The folder that it is made from. */
  readonly folder: string;
  /** Packages that it still asks for by name. */
  readonly external: readonly string[];
}

/**
 * Bundles what the folder's package.json names as `main`.
 * @param cache where bundles are kept, each under the hash of its content
 * @throws StackProblem with every error of the sources, as file:line
 */
export async function bundle(folder: string, cache: string): Promise<Bundle> {
  const image = readImagePackage(folder);
  const code = await bundled(folder, image, `${folder}/`);
  const hash = createHash("sha256").update(code).digest("hex").slice(0, 16);
  const there = join(cache, hash);
  if (!existsSync(there)) {
    // Another run may write the same at the same moment: whoever renames last finds it there, and that is well.
    const made = join(cache, `${hash}.${randomUUID()}`);
    mkdirSync(made, { recursive: true });
    writeFileSync(join(made, "main.js"), code);
    try {
      renameSync(made, there);
    } catch (error) {
      rmSync(made, { recursive: true, force: true });
      if (!existsSync(there)) throw error;
    }
  }
  return { main: join(there, "main.js"), hash, folder, external: image.external };
}

/**
 * The program's text, a map of its lines to the sources within.
 * @param sourceRoot what the sources' paths are relative to, for a program that runs elsewhere than in its folder
 */
export async function bundled(
  folder: string,
  { main, external }: ImagePackage,
  sourceRoot?: string,
): Promise<Uint8Array> {
  try {
    const { outputFiles } = await build({
      entryPoints: [join(folder, main)],
      bundle: true,
      write: false,
      platform: "node",
      target: "node20",
      format: "cjs",
      external: [...external],
      // Errors show the sources' lines, and there is one file to copy.
      sourcemap: "inline",
      sourcesContent: false,
      sourceRoot,
      outfile: join(folder, "main.js"),
      // What is bundled does not depend on the tsconfig.json of whoever runs it.
      tsconfigRaw: {},
      absWorkingDir: folder,
      logLevel: "silent",
    });
    return (outputFiles[0] as (typeof outputFiles)[0]).contents;
  } catch (error) {
    const errors = (error as Partial<BuildFailure>).errors;
    if (errors === undefined) throw error;
    throw new StackProblem(
      `the image of ${folder} cannot be bundled\n${errors.map((one) => `  ${line(one, folder)}`).join("\n")}`,
    );
  }
}

function line({ location, text }: Message, folder: string): string {
  return location === null ? text : `${relative(folder, join(folder, location.file))}:${location.line}: ${text}`;
}

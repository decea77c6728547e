import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { StackProblem } from "../stack/problem";
import type { ImageFolder } from "../stack/document";

/** What an image's package.json says. */
export interface ImagePackage {
  readonly name: string;
  /** What runs, relative to the folder; with or without its ending. */
  readonly main: string;
  /** Packages that are not bundled and must be installed beside it: `"external"` of `"journey"`. */
  readonly external: readonly string[];
  readonly dependencies: { readonly [name: string]: string };
  readonly engines: { readonly [name: string]: string } | undefined;
}

/**
 * The folder that an image is built from.
 * @param app the folder of cdktf.json
 * @throws StackProblem where the package or the folder is not there
 */
export function locateImage({ folder, package: from }: ImageFolder, app: string): string {
  const path = from === undefined ? resolve(app, folder) : join(packageRoot(from, app), folder);
  if (existsSync(join(path, "package.json"))) return path;
  const where = from === undefined ? app : `the package ${from}`;
  throw new StackProblem(`the image's folder ${folder} is not in ${where}, or has no package.json`);
}

/** As the app finds the package; else the package that this file is in, which may be linked and not installed. */
function packageRoot(name: string, app: string): string {
  try {
    return dirname(createRequire(join(app, "package.json")).resolve(`${name}/package.json`));
  } catch {
    const own = ownPackage();
    if (own.name === name) return own.root;
    throw new StackProblem(`the package ${name} is not installed in ${app}: npm install ${name}`);
  }
}

function ownPackage(): { readonly name: unknown; readonly root: string } {
  let root = __dirname;
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  const { name } = readJson(join(root, "package.json"));
  return { name, root };
}

/** @throws StackProblem where package.json does not say what runs */
export function readImagePackage(folder: string): ImagePackage {
  const file = join(folder, "package.json");
  const { name, main, dependencies, engines, journey } = readJson(file);
  if (typeof main !== "string") {
    throw new StackProblem(`${file} has no "main", which says what the image runs`);
  }
  return {
    name: typeof name === "string" ? name : "image",
    main,
    external: isRecord(journey) && Array.isArray(journey["external"]) ? (journey["external"] as string[]) : [],
    dependencies: isRecord(dependencies) ? (dependencies as ImagePackage["dependencies"]) : {},
    engines: isRecord(engines) ? (engines as ImagePackage["dependencies"]) : undefined,
  };
}

function readJson(file: string): { readonly [name: string]: unknown } {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { readonly [name: string]: unknown };
  } catch (error) {
    throw new StackProblem(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

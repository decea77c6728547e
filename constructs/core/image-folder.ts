import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** What is in a folder and not in what is built from it: a change of it must not deploy anything. */
const ignored = (name: string): boolean =>
  name.startsWith(".") || ["node_modules", "test", "dist"].includes(name) || /\.(md|map|d\.ts|test\.[jt]s)$/.test(name);

/**
 * A hash of the content of folders and files: of names and bytes, not of times, owners or where they lie.
 * @throws Error where one is not there
 */
export function hashOf(folders: readonly string[], cache: Map<string, string>): string {
  const hash = createHash("sha256");
  for (const folder of folders) {
    const known = cache.get(folder) ?? hashFolder(folder);
    cache.set(folder, known);
    hash.update(known);
  }
  // 64 bits name a state of a folder well enough, and a tag has to be read by people.
  return hash.digest("hex").slice(0, 16);
}

function hashFolder(folder: string): string {
  const hash = createHash("sha256");
  const add = (path: string, name: string): void =>
    void hash.update(`${name}\0`).update(readFileSync(path)).update("\0");
  const visit = (path: string, name: string): void => {
    // By code unit: an order that no locale changes.
    const entries = readdirSync(path, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (ignored(entry.name)) continue;
      const below = `${name}/${entry.name}`;
      if (entry.isDirectory()) visit(join(path, entry.name), below);
      else add(join(path, entry.name), below);
    }
  };
  if (statSync(folder).isFile()) add(folder, basename(folder));
  else visit(folder, "");
  return hash.digest("hex");
}

/**
 * The root of the npm package that a folder lies in.
 * @throws Error where the package has another name
 */
export function packageRoot(folder: string, name: string): string {
  for (let root = folder; root !== dirname(root); root = dirname(root)) {
    const file = join(root, "package.json");
    if (existsSync(file) && nameIn(file) === name) return root;
  }
  throw new Error(`${folder} is in no folder of the package ${name}`);
}

function nameIn(packageJson: string): unknown {
  const content: unknown = JSON.parse(readFileSync(packageJson, "utf8"));
  return typeof content === "object" && content !== null && "name" in content ? content.name : undefined;
}

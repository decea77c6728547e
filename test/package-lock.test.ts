import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

interface Lock {
  readonly packages: Record<string, { readonly optionalDependencies?: object }>;
}

/** Where Node looks for what the package in a folder needs, from the folder up. */
function foldersUp(folder: string): string[] {
  const above = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, "");
  return folder === above ? [folder] : [folder, ...foldersUp(above)];
}

/**
 * An `npm install` beside an existing node_modules leaves out of the lock what other platforms need
 * (https://github.com/npm/cli/issues/4828), and `npm ci` refuses such a lock in a fresh clone.
 */
test("the lock has every platform's packages", () => {
  const lock = JSON.parse(readFileSync(join(__dirname, "../package-lock.json"), "utf8")) as Lock;
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !foldersUp(path).some((folder) => join(folder, "node_modules", name) in lock.packages),
    ),
  );
  expect(missing).toEqual([]);
});

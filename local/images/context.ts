import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StackProblem } from "../stack/problem";
import { bundled } from "./bundle";
import { readImagePackage } from "./folder";

/**
 * Writes what `docker build` needs: main.js, package.json and the Dockerfile. Only packages that are not bundled are
 * dependencies of that package.json.
 * @param out emptied first
 * @throws StackProblem where the folder has no Dockerfile, or its program cannot be bundled
 */
export async function prepareContext(folder: string, out: string): Promise<void> {
  const dockerfile = join(folder, "Dockerfile");
  if (!existsSync(dockerfile)) throw new StackProblem(`${folder} has no Dockerfile: its image cannot be built`);
  const image = readImagePackage(folder);
  const code = await bundled(folder, image);
  const { name, external, dependencies, engines } = image;
  const needed = Object.fromEntries(external.map((one) => [one, dependencies[one] ?? "*"]));
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "main.js"), code);
  const content = { name, private: true, main: "./main.js", dependencies: needed, engines };
  writeFileSync(join(out, "package.json"), `${JSON.stringify(content, undefined, 2)}\n`);
  copyFileSync(dockerfile, join(out, "Dockerfile"));
}

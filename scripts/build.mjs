/** Builds the published package: `dist/`, laid out as the repository is. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

process.chdir(join(dirname(fileURLToPath(import.meta.url)), ".."));
rmSync("dist", { recursive: true, force: true });

const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);

// An image's folder is whole: what it is built from stands beside what it runs.
for (const image of readdirSync("pipeline-images")) {
  for (const file of ["Dockerfile", "package.json", "README.md"]) {
    const from = join("pipeline-images", image, file);
    if (!existsSync(from)) continue;
    mkdirSync(join("dist", dirname(from)), { recursive: true });
    copyFileSync(from, join("dist", from));
  }
}

// The console's page is for browsers: checked by a configuration of its own, bundled when it is first asked for.
const page = "local/console/page";
mkdirSync(join("dist", page), { recursive: true });
for (const file of readdirSync(page)) {
  const from = join(page, file);
  if (/\.(html|css)$/.test(file)) copyFileSync(from, join("dist", from));
  if (!file.endsWith(".ts")) continue;
  const { code } = transformSync(readFileSync(from, "utf8"), { loader: "ts", target: "es2022" });
  writeFileSync(join("dist", from.replace(/\.ts$/, ".js")), code);
}

/**
 * The package as a user gets it: packed, installed into an empty cdktf project elsewhere, and there the README's
 * first sample type-checked, synthesized and run with `npx journey local`. Needs npm's registry.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(join(tmpdir(), "journey-package-"));
// npm is a script on Windows, which only a shell starts.
const shell = process.platform === "win32";
const run = (cwd, command, ...words) => {
  console.error(`$ ${command} ${words.join(" ")}`);
  return execFileSync(command, words, { cwd, shell, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
};

try {
  const [{ filename }] = JSON.parse(run(root, "npm", "pack", "--json", "--silent", "--pack-destination", folder));
  // As `cdktf init --template=typescript` leaves a project.
  const files = {
    "package.json": { name: "tried", version: "1.0.0", private: true },
    "cdktf.json": { language: "typescript", app: "npx ts-node main.ts", projectId: "tried" },
    "tsconfig.json": {
      compilerOptions: {
        target: "ES2018",
        lib: ["es2018"],
        module: "CommonJS",
        strict: true,
        alwaysStrict: true,
        declaration: true,
        experimentalDecorators: true,
        inlineSourceMap: true,
        inlineSources: true,
        noEmitOnError: true,
        noFallthroughCasesInSwitch: true,
        noImplicitAny: true,
        noImplicitReturns: true,
        noImplicitThis: true,
        noUnusedLocals: true,
        noUnusedParameters: true,
        resolveJsonModule: true,
        skipLibCheck: true,
        strictNullChecks: true,
        strictPropertyInitialization: true,
        stripInternal: true,
      },
      include: ["**/*.ts"],
      exclude: ["node_modules", "cdktf.out"],
    },
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  const [, sample] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, "README.md"), "utf8"));
  writeFileSync(join(folder, "main.ts"), sample);

  const install = ["install", "--no-audit", "--no-fund", "--silent"];
  run(folder, "npm", ...install, `./${filename}`, "cdktf@0.21", "constructs@10.7");
  run(folder, "npm", ...install, "--save-dev", "typescript@5.9", "ts-node@10", "@types/node@20");
  run(folder, "npx", "tsc", "--noEmit");
  run(folder, "npx", "ts-node", "main.ts");
  const summary = run(folder, "npx", "journey", "local", "visits", "--simulate", "300", "--until-drained", "--json");
  const { clicks, problems, rows } = JSON.parse(summary);
  if (clicks !== 300 || problems.length > 0 || !(rows["visit.visits_per_page"] > 0)) throw new Error(summary);
  console.error("the package works where it is installed");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

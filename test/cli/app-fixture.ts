import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder with a cdktf app that writes the stacks it is given, without cdktf. */
export interface AppFixture {
  readonly folder: string;
  file(path: string, content: string, mode?: number): string;
  remove(): void;
}

export function appFixture(stacks: { readonly [id: string]: object }): AppFixture {
  const folder = mkdtempSync(join(tmpdir(), "app-"));
  const file = (path: string, content: string, mode = 0o644): string => {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content, { mode });
    return full;
  };
  file("cdktf.json", JSON.stringify({ app: "node app.cjs", context: { stage: "dev" } }));
  file("stacks.json", JSON.stringify(stacks));
  file(
    "app.cjs",
    `const fs = require("node:fs"), path = require("node:path");
    const out = process.env.CDKTF_OUTDIR, stacks = {};
    for (const [id, stack] of Object.entries(require("./stacks.json"))) {
      fs.mkdirSync(path.join(out, "stacks", id), { recursive: true });
      stacks[id] = { name: id, synthesizedStackPath: "stacks/" + id + "/cdk.tf.json" };
      fs.writeFileSync(path.join(out, stacks[id].synthesizedStackPath), JSON.stringify(stack));
    }
    fs.writeFileSync(path.join(out, "manifest.json"), JSON.stringify({ version: "0.21", stacks }));`,
  );
  return { folder, file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

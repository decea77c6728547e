/** An app as a user writes it, run as a user runs it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

export type SynthesizedStack = {
  readonly resource: { readonly [type: string]: { readonly [name: string]: object } };
};

const root = join(__dirname, "../../..");

/** The only stack of an app, from its TypeScript; what it says on standard error is not expected. */
export function synthesizedBy(app: string): SynthesizedStack {
  mkdirSync(join(root, ".journey"), { recursive: true });
  // Within the repository: its packages are found from there, and tsconfig.json says where `data-journey` is.
  const folder = mkdtempSync(join(root, ".journey", "app-"));
  try {
    const main = join(folder, "main.ts");
    writeFileSync(main, app);
    const env = { ...process.env, CDKTF_OUTDIR: join(folder, "out") };
    const { stderr } = spawnSync(process.execPath, ["--import", "tsx", main], { cwd: root, env, encoding: "utf8" });
    expect(stderr).toBe("");
    const stacks = join(folder, "out/stacks");
    const [stack = ""] = readdirSync(stacks);
    return JSON.parse(readFileSync(join(stacks, stack, "cdk.tf.json"), "utf8")) as SynthesizedStack;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** "google_pubsub_topic.clicks" of every resource. */
export const addressesOf = ({ resource }: SynthesizedStack): readonly string[] =>
  Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`));

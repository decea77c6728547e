import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { median } from "./measure";
import { rawApp } from "./raw-app";

const root = join(__dirname, "..");

export interface SynthResult {
  /** Milliseconds of `tsx main.ts`, from start to end; medians. */
  readonly constructs: number;
  /** The same resources, written straight in cdktf. */
  readonly raw: number;
  /** constructs / raw */
  readonly ratio: number;
  readonly resources: number;
}

/**
 * What a synthesis costs, against the same resources without these constructs: whole processes, taking turns.
 * @throws Error where the two are not the same stacks
 */
export function synthBench(rounds = 9): SynthResult {
  // Within the repository, so that the raw app finds the same packages.
  mkdirSync(join(root, ".journey"), { recursive: true });
  const folder = mkdtempSync(join(root, ".journey", "synth-"));
  try {
    const main = join(root, "main.ts");
    const raw = join(folder, "raw.ts");
    const ours = synthesized(main, join(folder, "ours"));
    writeFileSync(raw, rawApp(ours));
    sameStacks(ours, synthesized(raw, join(folder, "raw")));
    const times = { constructs: [] as number[], raw: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      times.constructs.push(run(main, join(folder, "ours")));
      times.raw.push(run(raw, join(folder, "raw")));
    }
    const constructs = median(times.constructs);
    const straight = median(times.raw);
    const resources = Object.values(ours).reduce((sum, stack) => sum + resourcesIn(stack), 0);
    return { constructs, raw: straight, ratio: constructs / straight, resources };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A synthesized stack. */
export type Stack = { readonly [block: string]: unknown };
type Stacks = { readonly [id: string]: Stack };

/** @returns milliseconds */
function run(app: string, out: string): number {
  const before = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", app], {
    cwd: root,
    env: { ...process.env, CDKTF_OUTDIR: out },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${app} ended with ${status}: ${stderr}`);
  return performance.now() - before;
}

function synthesized(app: string, out: string): Stacks {
  run(app, out);
  const stacks = join(out, "stacks");
  return Object.fromEntries(
    readdirSync(stacks).map((id) => [id, JSON.parse(readFileSync(join(stacks, id, "cdk.tf.json"), "utf8")) as Stack]),
  );
}

function sameStacks(ours: Stacks, raw: Stacks): void {
  for (const [id, stack] of Object.entries(ours)) {
    if (isDeepStrictEqual(withoutNotes(raw[id]), withoutNotes(stack))) continue;
    throw new Error(`the raw ${id} is another stack: the comparison would mean nothing`);
  }
}

/** Construct paths and our own notes are in "//". */
function withoutNotes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNotes);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name !== "//");
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutNotes(item)]));
}

export const resourcesIn = (stack: Stack): number =>
  Object.values(stack["resource"] as { readonly [type: string]: object }).reduce(
    (sum, named) => sum + Object.keys(named).length,
    0,
  );

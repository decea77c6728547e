/** What live keys cost: memory, and the time of checkpoints and of a restore, of ten thousand keys and of a million. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../measure";
import { compile } from "../processor/process";
import type { KeysCost } from "./program";

const SIZES = [10_000, 100_000, 1_000_000];
const ROUNDS = 3;

export interface KeysResult {
  readonly sizes: readonly KeysCost[];
  /** What a key costs among the most of them, against what it costs among the fewest: 1 where all grows linearly. */
  readonly growth: Pick<KeysCost, "bytesPerKey" | "take" | "full" | "changed" | "restore">;
}

/** Each size in a process of its own, in turn; medians. */
export async function keysBench(): Promise<KeysResult> {
  const folder = mkdtempSync(join(tmpdir(), "journey-keys-"));
  try {
    const program = await compile(join(__dirname, "program.ts"), folder);
    const rounds = Array.from({ length: ROUNDS }, () => SIZES.map((keys) => costsOf(program, keys)));
    const sizes = SIZES.map((_, i) => medians(rounds.flatMap((round) => round[i] ?? [])));
    return { sizes, growth: growthOf(sizes) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function costsOf(program: string, keys: number): readonly KeysCost[] {
  const { status, stdout } = spawnSync(process.execPath, ["--expose-gc", program, String(keys)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`the bench of ${keys} keys ended with ${status}`);
  return JSON.parse(stdout) as KeysCost[];
}

/** Of each number. */
export function medians(costs: readonly KeysCost[]): KeysCost {
  const names = Object.keys(costs[0] ?? {}) as (keyof KeysCost)[];
  return Object.fromEntries(
    names.map((name) => [name, median(costs.map((cost) => cost[name]))]),
  ) as unknown as KeysCost;
}

export function growthOf(sizes: readonly KeysCost[]): KeysResult["growth"] {
  const [few, most] = [sizes[0], sizes.at(-1)] as [KeysCost, KeysCost];
  const ratio = (name: "take" | "full" | "changed" | "restore"): number =>
    most[name] / most.keys / (few[name] / few.keys);
  return {
    bytesPerKey: most.bytesPerKey / few.bytesPerKey,
    take: ratio("take"),
    full: ratio("full"),
    changed: ratio("changed"),
    restore: ratio("restore"),
  };
}

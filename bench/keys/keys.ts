/** What live keys cost: memory, and the time of checkpoints and of a restore, of ten thousand keys and of a million. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../measure";
import { compile } from "../processor/process";
import type { KeysCost } from "./program";
import type { RestartCost } from "./restart";

const SIZES = [10_000, 100_000, 1_000_000];
const ROUNDS = 3;

/** Bytes of the container in which the most of them are restored: Cloud Run's default. */
export const CONTAINER = 512 * 2 ** 20;
/** As Node has it there: the image says 60 % for the heap, and V8 takes little for what is new where there is little. */
const HEAP = ["--max-old-space-size=307", "--max-semi-space-size=2"];

export interface KeysResult {
  readonly sizes: readonly KeysCost[];
  /** What a key costs among the most of them, against what it costs among the fewest: 1 where all grows linearly. */
  readonly growth: Pick<KeysCost, "bytesPerKey" | "take" | "full" | "changed" | "restore">;
  /** Of the most of them, in a process of its own. */
  readonly restart: RestartCost;
}

/** Each size in a process of its own, in turn; medians. */
export async function keysBench(): Promise<KeysResult> {
  const folder = mkdtempSync(join(tmpdir(), "journey-keys-"));
  try {
    const program = await compile(join(__dirname, "program.ts"), folder);
    const rounds = Array.from({ length: ROUNDS }, () => SIZES.map((keys) => costsOf(program, keys)));
    const sizes = SIZES.map((_, i) => medians(rounds.flatMap((round) => round[i] ?? [])));
    return { sizes, growth: growthOf(sizes), restart: await restartsOf(SIZES.at(-1) ?? 0, folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const costsOf = (program: string, keys: number): readonly KeysCost[] =>
  JSON.parse(run(["--expose-gc", program, String(keys)])) as KeysCost[];

/** Each restart goes by a log of its own: it compacts it. */
async function restartsOf(keys: number, folder: string): Promise<RestartCost> {
  const program = await compile(join(__dirname, "restart.ts"), folder);
  const written = join(folder, "log");
  run([program, "write", String(keys), written]);
  const costs = Array.from({ length: ROUNDS }, (_, i) => {
    const log = join(folder, `log-${i}`);
    cpSync(written, log, { recursive: true });
    return JSON.parse(run([...HEAP, program, "restore", String(keys), log])) as RestartCost;
  });
  return medians(costs);
}

function run(args: readonly string[]): string {
  const { status, signal, stdout } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status ?? signal}`);
  return stdout;
}

/** Of each number. */
export function medians<Cost extends object>(costs: readonly Cost[]): Cost {
  const names = Object.keys(costs[0] ?? {}) as (keyof Cost)[];
  return Object.fromEntries(
    names.map((name) => [name, median(costs.map((cost) => Number(cost[name])))]),
  ) as unknown as Cost;
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

/**
 * A run over a file to its end: web-traffic's two pipelines, beside DuckDB with the same in SQL and Beam's direct runner
 * in Python. Each is a process of its own, measured from its start, by CPU time and the most memory that it had.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { median } from "../measure";
import { compile } from "../processor/process";
import { writeLines } from "../processor/workload";
import { generator } from "../random";
import type { BatchAnswer } from "./program";

const root = join(__dirname, "..", "..");
const DAY = Date.UTC(2026, 2, 2);
const USERS = 20_000;
const ROUNDS = 3;
const PIPELINES = ["user_traffic", "minute_traffic"] as const;

export interface BatchOptions {
  readonly lines: number;
  /** Those that Beam is given, the first: it is some hundred times slower, and takes seconds to start. */
  readonly beamLines: number;
}

const BATCH: BatchOptions = { lines: 10_000_000, beamLines: 50_000 };

export interface BatchCost {
  /** Of CPU, a line; of Beam without what an empty run takes. */
  readonly micros: number;
  readonly megabytes: number;
}

export interface BatchResult {
  readonly lines: number;
  readonly beamLines: number;
  readonly pipelines: {
    readonly [name: string]: { readonly engine: BatchCost; readonly duckdb: BatchCost; readonly beam?: BatchCost };
  };
  readonly missing?: string;
}

export async function batchBench(options: Partial<BatchOptions> = {}): Promise<BatchResult> {
  const { beamLines, lines } = { ...BATCH, ...options };
  // Within the repository, so that the program finds DuckDB.
  mkdirSync(join(root, ".journey"), { recursive: true });
  const folder = mkdtempSync(join(root, ".journey", "batch-"));
  try {
    const files = {
      all: join(folder, "events.jsonl"),
      some: join(folder, "some.jsonl"),
      one: join(folder, "one.jsonl"),
    };
    writeLines(files.all, events(lines));
    writeLines(files.some, events(beamLines));
    writeLines(files.one, events(1));
    const program = await compile(join(__dirname, "program.ts"), folder, ["@duckdb/node-api"]);
    const python = beamPython();
    const pipelines = Object.fromEntries(
      PIPELINES.map((name) => {
        const node = (contestant: string) => () => [process.execPath, program, contestant, name, files.all];
        const own = measure(lines, { engine: node("engine"), duckdb: node("duckdb") });
        if (python === undefined) return [name, own];
        return [name, { ...own, beam: beamCost(python, name, files, beamLines) }];
      }),
    ) as unknown as BatchResult["pipelines"];
    const missing = "Beam is left out: BEAM_PYTHON names no Python with apache-beam";
    return { lines, beamLines, pipelines, ...(python === undefined ? { missing } : {}) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Contestants = { readonly [name: string]: () => readonly string[] };

/** @throws Error where one of them did not count each line once */
function measure(lines: number, contestants: Contestants): { readonly [name: string]: BatchCost } {
  const rounds = Array.from({ length: ROUNDS }, () =>
    Object.fromEntries(Object.entries(contestants).map(([name, command]) => [name, run(command(), lines)] as const)),
  );
  return Object.fromEntries(
    Object.keys(contestants).map((name) => [
      name,
      {
        micros: median(rounds.map((round) => (round[name]?.cpuMicros ?? Number.NaN) / lines)),
        megabytes: median(rounds.map((round) => round[name]?.megabytes ?? Number.NaN)),
      },
    ]),
  );
}

function beamCost(
  python: string,
  name: string,
  files: { readonly some: string; readonly one: string },
  lines: number,
): BatchCost {
  const command = (file: string) => [python, join(__dirname, "in_beam.py"), name, file];
  const { cpuMicros, megabytes } = run(command(files.some), lines);
  const { cpuMicros: empty } = run(command(files.one), 1);
  return { micros: (cpuMicros - empty) / lines, megabytes };
}

function run(command: readonly string[], lines: number): BatchAnswer {
  const [program = "", ...args] = command;
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`);
  const answer = JSON.parse(stdout) as BatchAnswer;
  if (answer.pageviews !== lines) throw new Error(`${args.join(" ")} counted ${answer.pageviews} lines of ${lines}`);
  return answer;
}

/** Beam is half a gigabyte with what it brings: whoever has it says where. */
function beamPython(): string | undefined {
  const python = process.env["BEAM_PYTHON"];
  if (python === undefined) return undefined;
  return spawnSync(python, ["-c", "import apache_beam"]).status === 0 ? python : undefined;
}

/** A day of events, in order, of users of whom few view most. */
export function* events(lines: number): Generator<string> {
  const random = generator(11);
  for (let i = 0; i < lines; i += 1) {
    const at = new Date(DAY + Math.floor((i / lines) * 86_400) * 1_000).toISOString();
    const user = Math.floor(USERS ** random());
    yield `{"user_id":"u-${user}","timestamp":"${at.slice(0, 10)} ${at.slice(11, 19)}","num_bytes":${Math.floor(random() * 5_000)},"path":"/games/${user % 100}"}`;
  }
}

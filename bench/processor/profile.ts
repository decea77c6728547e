/** Profiles the engine on a query, compiled as the image is. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CpuProfile, selfTimes, type SelfTime } from "./cpu-profile";
import { Asked, compile } from "./process";
import type { Answer } from "./contestant";
import { queries, type Query } from "./queries";
import { writeClicks } from "./workload";

const ROUNDS = 5;
const MOST = 14;
/** Microseconds between two samples. */
const INTERVAL = 200;

export interface ProfileOfQuery {
  readonly query: Query;
  /** Of the last round, an event. */
  readonly micros: number;
  readonly functions: readonly SelfTime[];
}

/** @param wanted names of queries; none for all of them */
export async function profileBench(wanted: readonly string[], events = 1_000_000): Promise<readonly ProfileOfQuery[]> {
  const folder = mkdtempSync(join(tmpdir(), "journey-profile-"));
  try {
    const file = join(folder, "clicks.jsonl");
    writeClicks(file, { events, late: 0.001 });
    const program = await compile(join(__dirname, "contestant.ts"), folder);
    const profiles: ProfileOfQuery[] = [];
    const names = Object.keys(queries) as Query[];
    for (const query of names.filter((name) => wanted.length === 0 || wanted.includes(name)))
      profiles.push(await profileOf(query, program, file, folder));
    return profiles;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function profileOf(query: Query, program: string, file: string, folder: string): Promise<ProfileOfQuery> {
  const to = join(folder, query);
  const flags = ["--cpu-prof", `--cpu-prof-dir=${to}`, `--cpu-prof-interval=${INTERVAL}`];
  const contestant = new Asked(process.execPath, [...flags, program, "engine", query, file]);
  let micros = Number.NaN;
  for (let round = 0; round < ROUNDS; round += 1) {
    const answer = await contestant.ask<Answer>("round");
    micros = answer.micros / answer.events;
  }
  await contestant.end();
  const [name = ""] = readdirSync(to);
  const profile = JSON.parse(readFileSync(join(to, name), "utf8")) as CpuProfile;
  return { query, micros, functions: selfTimes(profile, readFileSync(program, "utf8"), MOST) };
}

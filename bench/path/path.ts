/**
 * The whole way of a message: received, told from those that came before, decoded, counted in its window, recorded,
 * acknowledged. The image's own program, in a process whose CPU time is measured; beside it a loop on Google's
 * high-level client, and our subscriber that receives and acknowledges and does nothing else.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { median } from "../measure";
import { compile } from "../processor/process";
import { queries } from "../processor/queries";
import type { CpuTime } from "./programs/cpu";
import { environment, LEASE, Service, SUBSCRIPTION } from "./service-process";

const root = join(__dirname, "..", "..");
interface Contestant {
  readonly program: "processor" | "receive" | "high-level";
  /** How it reaches the service: at once, or a round trip of 10 ms away. */
  readonly place: "near" | "far";
  /** Streams that it opens. */
  readonly streams: number;
  /** Messages of a round; of the first one, which is not measured, half of them. */
  readonly messages: number;
  /** Milliseconds from when its streams stand until messages come. */
  readonly wait: number;
}

const contestants = {
  processor: { program: "processor", place: "near", streams: 4, messages: 600_000, wait: LEASE + 1_000 },
  receive: { program: "receive", place: "near", streams: 4, messages: 600_000, wait: 500 },
  client: { program: "high-level", place: "near", streams: 5, messages: 20_000, wait: 500 },
  "processor, far": { program: "processor", place: "far", streams: 4, messages: 600_000, wait: LEASE + 1_000 },
  "receive, far": { program: "receive", place: "far", streams: 4, messages: 600_000, wait: 500 },
  "client, far": { program: "high-level", place: "far", streams: 5, messages: 20_000, wait: 500 },
} as const satisfies { readonly [name: string]: Contestant };

const ROUNDS = 3;
/** As many as the longest contestant takes. */
const EVENTS = 600_000 * (ROUNDS + 1);

export interface PathCost {
  /** Median microseconds of the process's CPU, a message. */
  readonly micros: number;
  /** Messages a second, by the clock on the wall. */
  readonly perSecond: number;
}

export type PathResult = { readonly [name in keyof typeof contestants]: PathCost };

/** Runs for some minutes on two cores: the service has one of its own. */
export async function pathBench(): Promise<PathResult> {
  // Within the repository, so that the programs find the same packages.
  mkdirSync(join(root, ".journey"), { recursive: true });
  const folder = mkdtempSync(join(root, ".journey", "path-"));
  writeFileSync(join(folder, "pipeline.json"), JSON.stringify(queries.fixed));
  const service = await Service.start(folder, EVENTS);
  try {
    const costs: [string, PathCost][] = [];
    for (const [name, contestant] of Object.entries(contestants)) {
      costs.push([name, await run(contestant, service, folder)]);
    }
    return Object.fromEntries(costs) as unknown as PathResult;
  } finally {
    service.stop();
    rmSync(folder, { recursive: true });
  }
}

async function run(contestant: Contestant, service: Service, folder: string): Promise<PathCost> {
  const { messages, place, program, streams, wait } = contestant;
  service.tell({ kind: "begin" });
  const opened = service.opened(streams);
  const main = await compile(join(__dirname, "programs", `${program}.ts`), mkdtempSync(join(folder, "program-")), [
    "@google-cloud/pubsub",
  ]);
  const child = fork(main, program === "processor" ? [] : [SUBSCRIPTION], {
    env: { ...process.env, ...environment(service[place], folder) },
    execArgv: [],
    stdio: ["ignore", process.env["BENCH_VERBOSE"] === undefined ? "ignore" : "inherit", "inherit", "ipc"],
  });
  try {
    const ended = whenEnded(child, program);
    await Promise.race([opened, ended]);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, wait)), ended]);
    await Promise.race([service.send(messages / 2), ended]);
    const costs: PathCost[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await cpuTime(child);
      const milliseconds = await Promise.race([service.send(messages), ended]);
      const after = await cpuTime(child);
      costs.push({ micros: (after - before) / messages, perSecond: (messages / milliseconds) * 1_000 });
    }
    return {
      micros: median(costs.map(({ micros }) => micros)),
      perSecond: median(costs.map(({ perSecond }) => perSecond)),
    };
  } finally {
    // It leaves at once, and in no order: what it has not recorded comes to nobody.
    child.disconnect();
  }
}

function whenEnded(child: ChildProcess, program: string): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
    child.once("error", reject);
  });
  // Nobody may be listening when it ends.
  ended.catch(() => {});
  return ended;
}

function cpuTime(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("message", (told) => resolve((told as CpuTime).cpuMicros));
    child.send("cpu");
  });
}

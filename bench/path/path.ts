/**
 * The whole way of a message: received, told from those that came before, decoded, counted in its window, recorded,
 * acknowledged. The image's own program, in a process whose CPU time is measured; beside it a loop on Google's
 * high-level client, our subscriber that receives and acknowledges and does nothing else, and what publishes.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { paths, type ProcessorState } from "../../pipeline-images/stream-processor/contract";
import { median } from "../measure";
import { compile } from "../processor/process";
import { queries } from "../processor/queries";
import { type Contestant, contestants, isReceiver, type Name } from "./contestants";
import type { Used } from "./programs/used";
import { environment, Service, SUBSCRIPTION } from "./service-process";
import { freePort } from "../../test/runtime/support/free-port";

const root = join(__dirname, "..", "..");

const ROUNDS = 3;

export interface PathCost {
  /** Median microseconds of the process's CPU, a message. */
  readonly micros: number;
  /** Messages a second, by the clock on the wall. */
  readonly perSecond: number;
}

/** What the processor takes, in bytes of memory. */
export interface PathMemory {
  /** Before its first message. */
  readonly idle: number;
  /** After its last one. */
  readonly end: number;
  /** At most, where the system tells it. */
  readonly peak?: number;
  /** Messages whose ids it remembers at the end. */
  readonly messageIds: number;
}

export type PathResult = Readonly<Record<Name, PathCost>> & { readonly memory: PathMemory };

export interface PathOptions {
  readonly contestants: readonly Name[];
  readonly rounds: number;
  /** Of each round, in place of the contestant's own. */
  readonly messages?: number;
  /** Milliseconds until messages come, in place of the contestant's own. */
  readonly wait?: number;
}

interface Measured extends PathCost {
  readonly memory?: PathMemory;
}

/** Runs for some minutes on two cores: the service has one of its own. */
export async function pathBench(): Promise<PathResult> {
  const costs = await measurePath({ contestants: Object.keys(contestants) as Name[], rounds: ROUNDS });
  const { processor } = costs;
  return { ...costs, memory: processor?.memory } as PathResult;
}

/** Some of the contestants, one after the other. */
export async function measurePath(options: PathOptions): Promise<Readonly<Partial<Record<Name, Measured>>>> {
  const folder = mkdtempSync(join(tmpdir(), "journey-path-"));
  writeFileSync(join(folder, "pipeline.json"), JSON.stringify(queries.fixed));
  const entrants = options.contestants.map((name) => [name, entered(contestants[name], options)] as const);
  // As many as the longest contestant takes.
  const events = Math.max(...entrants.map(([, { messages }]) => messages)) * (options.rounds + 1);
  const service = await Service.start(folder, events);
  try {
    const costs: { [name in Name]?: Measured } = {};
    for (const [name, contestant] of entrants) costs[name] = await run(contestant, options.rounds, service, folder);
    return costs;
  } finally {
    service.stop();
    rmSync(folder, { recursive: true });
  }
}

function entered(contestant: Contestant, { messages = contestant.messages, wait }: PathOptions): Contestant {
  if (!isReceiver(contestant)) return { ...contestant, messages };
  return { ...contestant, messages, wait: wait ?? contestant.wait };
}

async function run(contestant: Contestant, rounds: number, service: Service, folder: string): Promise<Measured> {
  const { messages, place, program } = contestant;
  service.tell({ kind: "begin" });
  const opened = isReceiver(contestant) ? service.opened(contestant.streams) : Promise.resolve();
  const main = await compile(join(__dirname, "programs", `${program}.ts`), mkdtempSync(join(folder, "program-")), [
    "@google-cloud/pubsub",
  ]);
  const port = await freePort();
  const child = fork(main, program === "processor" ? [] : [SUBSCRIPTION], {
    // The programs find the repository's packages.
    env: { ...process.env, NODE_PATH: join(root, "node_modules"), ...environment(service[place], folder, port) },
    execArgv: [],
    stdio: ["ignore", process.env["BENCH_VERBOSE"] === undefined ? "ignore" : "inherit", "inherit", "ipc"],
  });
  const ended = whenEnded(child, program);
  try {
    await Promise.race([opened, ended]);
    const wait = isReceiver(contestant) ? contestant.wait : 0;
    await Promise.race([new Promise((resolve) => setTimeout(resolve, wait)), ended]);
    const { residentBytes: idle } = await used(child);
    const round = (count: number): Promise<number> =>
      Promise.race([isReceiver(contestant) ? service.send(count) : publish(child, count), ended]);
    await round(messages / 2);
    const costs: PathCost[] = [];
    for (let i = 0; i < rounds; i += 1) {
      const before = await used(child);
      const milliseconds = await round(messages);
      const after = await used(child);
      const micros = (after.cpuMicros - before.cpuMicros) / messages;
      costs.push({ micros, perSecond: (messages / milliseconds) * 1_000 });
    }
    return {
      micros: median(costs.map(({ micros }) => micros)),
      perSecond: median(costs.map(({ perSecond }) => perSecond)),
      ...(program === "processor" && { memory: { idle, ...(await memoryOf(child, port)) } }),
    };
  } finally {
    // It leaves at once, and in no order: what it has not recorded comes to nobody.
    child.disconnect();
    await ended.catch(() => {});
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

/** Resolves with the milliseconds until all of them are confirmed. */
async function publish(child: ChildProcess, messages: number): Promise<number> {
  const since = performance.now();
  await used(child, messages);
  return performance.now() - since;
}

/** @param work messages that it publishes before it answers */
function used(child: ChildProcess, work = 0): Promise<Used> {
  return new Promise((resolve) => {
    child.once("message", (told) => resolve(told as Used));
    child.send(work);
  });
}

async function memoryOf(child: ChildProcess, port: number): Promise<Omit<PathMemory, "idle">> {
  const answer = await fetch(`http://127.0.0.1:${port}${paths.state}`);
  const { sources } = (await answer.json()) as ProcessorState;
  const messageIds = Object.values(sources).reduce((sum, source) => sum + source.messageIds, 0);
  const { peakBytes: peak, residentBytes: end } = await used(child);
  return { end, ...(peak !== undefined && { peak }), messageIds };
}

/**
 * The stream processor's image as it starts: what it copies, how long until it is ready, what it holds when nothing
 * comes. Its program is the one that `journey images push` builds; its log has a record of some thousand messages.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareContext } from "../local/images/context";
import { median } from "./measure";
import { environment, Service } from "./path/service-process";
import { paths } from "../pipeline-images/stream-processor/contract";
import { queries } from "./processor/queries";
import { milliseconds, type Row } from "./table";
import { freePort } from "../test/runtime/support/free-port";

const root = join(__dirname, "..");
const MESSAGES = 20_000;
const STARTS = 5;
/** Milliseconds after it is ready. */
const IDLE = 3_000;
const LONGEST = 60_000;
/** What it is to start in. */
const TARGET = 700;

export interface ImageResult {
  /** Bytes of what the image copies, by file; the map of lines to sources is part of main.js. */
  readonly files: { readonly [name: string]: number };
  readonly sourceMap: number;
  /** Median milliseconds from the start of its process until it answers that it is ready. */
  readonly ready: number;
  /** Median milliseconds of CPU that it took to that: what is left of it on a machine that is busy. */
  readonly cpu: number;
  /** Median bytes of memory, three seconds later. */
  readonly idle: number;
}

export async function imageBench(): Promise<ImageResult> {
  mkdirSync(join(root, ".journey"), { recursive: true });
  const folder = mkdtempSync(join(root, ".journey", "image-"));
  writeFileSync(join(folder, "pipeline.json"), JSON.stringify(queries.fixed));
  const image = join(folder, "image");
  await prepareContext(join(root, "pipeline-images", "stream-processor"), image);
  const service = await Service.start(folder, MESSAGES);
  try {
    const variables = environment(service.near, folder);
    const first = await start(image, variables);
    await service.send(MESSAGES);
    await stop(first.child);
    const starts: Start[] = [];
    for (let i = 0; i < STARTS; i += 1) starts.push(await measure(image, variables));
    const code = readFileSync(join(image, "main.js"), "utf8");
    const files = readdirSync(image).filter((name) => name !== "Dockerfile");
    return {
      files: Object.fromEntries(files.map((name) => [name, statSync(join(image, name)).size])),
      sourceMap: code.length - code.lastIndexOf("\n//# sourceMappingURL="),
      ready: median(starts.map(({ ready }) => ready)),
      cpu: median(starts.map(({ cpu }) => cpu)),
      idle: median(starts.map(({ idle }) => idle)),
    };
  } finally {
    service.stop();
    rmSync(folder, { recursive: true });
  }
}

type Start = Pick<ImageResult, "ready" | "cpu" | "idle">;

async function measure(image: string, variables: { readonly [name: string]: string }): Promise<Start> {
  const { child, ready } = await start(image, variables);
  const cpu = cpuMilliseconds(readFileSync(`/proc/${child.pid}/stat`, "utf8"));
  await new Promise((resolve) => setTimeout(resolve, IDLE));
  const idle = residentBytes(readFileSync(`/proc/${child.pid}/status`, "utf8"));
  await stop(child);
  return { ready, cpu, idle };
}

/** As the image's ENTRYPOINT does. Resolves once it is ready. */
async function start(image: string, variables: { readonly [name: string]: string }) {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, ["--enable-source-maps", join(image, "main.js")], {
    env: { ...process.env, ...variables, NODE_ENV: "production", PORT: String(port) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`the image's program ended with ${child.exitCode}`);
    if (performance.now() - begun > LONGEST)
      throw new Error(`the image's program is not ready after ${LONGEST / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { child, ready: performance.now() - begun };
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}${paths.ready}`).then(
    ({ ok }) => ok,
    () => false,
  );

/** It gives its log back, so that the next one need not wait. */
async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/** Of what Linux tells of a process. */
export function residentBytes(status: string): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kilobytes === undefined) throw new Error("this system does not tell a process's memory in /proc");
  return Number(kilobytes) * 1_024;
}

/** User and system time of /proc/pid/stat, in ticks of 10 ms; the program's name before them may have spaces. */
export function cpuMilliseconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export function rowsOfImage({ cpu, files, idle, ready, sourceMap }: ImageResult): readonly Row[] {
  const all = Object.values(files).reduce((sum, bytes) => sum + bytes, 0);
  return [
    {
      what: "the processor's image: from its start until it is ready",
      ours: `${milliseconds(ready)}, ${milliseconds(cpu)} of them CPU`,
      against: `its target, ${milliseconds(TARGET)}`,
      ratio: `${(ready / TARGET).toFixed(2)} of it`,
    },
    {
      what: "what the image copies",
      ours: mega(all - sourceMap),
      against: `with the map of its sources, ${mega(all)}`,
      ratio: "-",
    },
    { what: "its memory when nothing comes", ours: mega(idle), against: "-", ratio: "-" },
  ];
}

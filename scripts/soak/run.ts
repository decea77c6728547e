/** A soak: one processor, as it is deployed, beside the local cloud in another process, for as long as is asked for. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { bundle } from "../../local/images/bundle";
import { Instance } from "../chaos/instance";
import type { SoakVerdict } from "./judge";
import { OtherProcess } from "./other-process";
import { soaked } from "./pipeline";
import { type Sample, type Trends, trendsOf } from "./samples";

/** Of the limit that was measured. */
const SHARE = 0.8;
/**
 * To find it, so many messages are kept unacknowledged, for so many milliseconds, the first of which do not count. They
 * are acknowledged with their record, once a second: so they are many times what can be worked on in one.
 */
const FLOOD = 400_000;
const FLOODED = 10_000;
const FLOOD_BEGINS = 5_000;
/** Milliseconds between two samples. */
const EVERY = 5_000;
/** Milliseconds that what waits has to be worked off. */
const PATIENCE = 480_000;

export interface SoakOptions {
  readonly minutes: number;
  /** Events a second. @default 80 % of what is measured first */
  readonly rate?: number;
  readonly say?: (words: string) => void;
}

export interface SoakResult {
  readonly minutes: number;
  /** Events a second; undefined where it was not measured. */
  readonly limit: number | undefined;
  readonly rate: number;
  readonly published: number;
  readonly samples: readonly Sample[];
  readonly trends: Trends;
  readonly verdict: SoakVerdict;
  /** Of the processor, after it was drained. */
  readonly exitCode: number | null;
}

export async function runSoak({ minutes, rate: asked, say = () => {} }: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), "journey-soak-"));
  const cloud = await OtherProcess.start(join(folder, "cloud"));
  let processor: Instance | undefined;
  try {
    processor = await start(cloud, folder);
    const limit = asked === undefined ? await measureLimit(cloud, processor) : undefined;
    const rate = asked ?? Math.floor((limit ?? 0) * SHARE);
    say(`${limit === undefined ? "" : `the limit is ${Math.round(limit)} events/s, `}${rate} events/s from now on`);
    const samples = await soak(cloud, processor, { minutes, rate, say });
    await workedOff(cloud);
    await processor.drain();
    const exitCode = await processor.left;
    const { published, verdict } = await cloud.ask({ kind: "judge" });
    await cloud.ask({ kind: "leave" });
    if (verdict === undefined) throw new Error("the local cloud did not say what it found");
    return { minutes, limit, rate, published, samples, trends: trendsOf(samples, rate), verdict, exitCode };
  } finally {
    if (processor?.hasLeft === false) await processor.kill();
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start({ beginning }: OtherProcess, folder: string): Promise<Instance> {
  const { main } = await bundle(join(__dirname, "../../pipeline-images/stream-processor"), join(folder, "image"));
  const spec = join(folder, "spec.json");
  writeFileSync(spec, JSON.stringify(soaked));
  const processor = await Instance.start({
    program: main,
    environment: { ...beginning.journey.environment, PIPELINE: spec },
  });
  if (!(await processor.owns)) throw new Error(`the processor left: ${processor.lines.join("\n")}`);
  return processor;
}

/** What it works on in a second when there is always more. */
async function measureLimit(cloud: OtherProcess, processor: Instance): Promise<number> {
  await cloud.ask({ kind: "flood", most: FLOOD });
  await pause(FLOOD_BEGINS);
  const [begun, before] = [performance.now(), (await processor.state()).messages];
  await pause(FLOODED);
  const [ended, after] = [performance.now(), (await processor.state()).messages];
  await cloud.ask({ kind: "quiet" });
  await workedOff(cloud);
  return ((after - before) / (ended - begun)) * 1_000;
}

async function soak(
  cloud: OtherProcess,
  processor: Instance,
  { minutes, rate, say }: Required<Pick<SoakOptions, "minutes" | "rate" | "say">>,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const begun = performance.now();
  await cloud.ask({ kind: "rate", perSecond: rate });
  const every = Math.min(EVERY, (minutes * 60_000) / 12);
  while (performance.now() - begun < minutes * 60_000) {
    await pause(every);
    if (processor.hasLeft) throw new Error(`the processor left: ${processor.lines.join("\n")}`);
    const sample = await look(cloud, processor, begun);
    samples.push(sample);
    if (samples.length % 12 === 0) say(JSON.stringify(sample));
  }
  await cloud.ask({ kind: "quiet" });
  return samples;
}

async function look(cloud: OtherProcess, processor: Instance, begun: number): Promise<Sample> {
  const [{ watermark, messages }, { backlog, megabytes }] = await Promise.all([
    processor.state(),
    cloud.ask({ kind: "look" }),
  ]);
  return {
    second: Math.round((performance.now() - begun) / 1_000),
    megabytes: residentMegabytes(processor.pid),
    cloudMegabytes: megabytes,
    watermarkAge: watermark === null ? 0 : (Date.now() - Date.parse(watermark)) / 1_000,
    backlog,
    messages,
    load: loadavg()[0] ?? 0,
  };
}

/** Where there is no /proc it is not known, and never too much. */
function residentMegabytes(pid: number): number {
  try {
    const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return (Number(kilobytes) * 1_024) / 1e6;
  } catch {
    return 0;
  }
}

async function workedOff(cloud: OtherProcess): Promise<void> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    const { backlog } = await cloud.ask({ kind: "look" });
    if (backlog === 0) return;
    if (performance.now() > until) throw new Error(`${backlog} messages are left after ${PATIENCE / 1_000} s`);
    await pause(100);
  }
}
